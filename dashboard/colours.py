"""The colours of the screen, by what they say; every text colour keeps 4.5 : 1 on its ground (WCAG 2.2, 1.4.3)."""

INK = "#1f2a37"
MUTED = "#52606d"
GROUND = "#ffffff"
SHADE = "#f5f7fa"
EDGE = "#d9e0e7"
ACCENT = "#17507f"
AMBER = "#7a4a00"

STATUS = {
    "met": ("#17653a", "#e6f4ec"),
    "below": ("#a11a1a", "#fdecec"),
    "below_full_mark": ("#7a4a00", "#fff3dc"),
    "not_due": ("#17507f", "#e7f0f8"),
    "no_target": ("#4a5763", "#eef1f4"),
    "no_activity": ("#4a5763", "#eef1f4"),
    "not_reported": ("#4a5763", "#eef1f4"),
}
MARK = {  # of alerts and exports
    "critical": STATUS["below"],
    "warning": STATUS["below_full_mark"],
    "accepted": STATUS["met"],
    "refused": STATUS["below"],
    "other": STATUS["no_target"],
}
NOTICE = {
    "synthetic": ("#5b3300", "#ffe9bf"),
    "stale": ("#8a1c1c", "#fdecec"),
    "told": STATUS["not_due"],
}


def style_variables() -> str:
    """Return the colours as custom properties for the style sheet: `--ink`, `--met`, `--met-ground`, ..."""
    plain = {"ink": INK, "muted": MUTED, "ground": GROUND, "shade": SHADE, "edge": EDGE, "accent": ACCENT}
    pairs = STATUS | MARK | NOTICE
    lines = [f"--{name}:{colour}" for name, colour in plain.items()]
    lines += [f"--{_dashed(name)}:{text};--{_dashed(name)}-ground:{ground}" for name, (text, ground) in pairs.items()]
    return ":root{" + ";".join(lines) + "}"


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours written #rrggbb, from 1 to 21 (WCAG 2.2, relative luminance)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
