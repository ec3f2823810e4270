"""The reporting API v2 of the national portal, over the network: what is due → responses with verdicts.

settings.portal_settings    a table of the configuration → PortalSettings
plan.plan                   settings, day, what earlier runs saw → the calls that are due (pure)
fetch.fetch                 calls → one Reply per response, to be archived; at the end a RunResult
                            (asks province ids by code, one question after the other, gently; see its table)
fingerprint, drift          what the structure of a response is, and how it drifts
judge.observed              an archived response → what the next plan must know of it

State that a caller keeps between runs: RunResult.observed (appended to the history), .circuit, .fingerprints.
"""

from collectors.sources.portal_client.drift import Drift, drift
from collectors.sources.portal_client.fetch import fetch
from collectors.sources.portal_client.fingerprint import Fingerprint, fingerprint
from collectors.sources.portal_client.judge import observed
from collectors.sources.portal_client.plan import Observed, PlannedCall, Verdict, Why, plan, spent_on
from collectors.sources.portal_client.result import CallResult, Reply, RunResult
from collectors.sources.portal_client.settings import PortalSettings, PortalSettingsError, portal_settings
from collectors.web.circuit import CLOSED, Circuit
from collectors.web.pace import Halt

__all__ = [
    "CLOSED",
    "CallResult",
    "Circuit",
    "Drift",
    "Fingerprint",
    "Halt",
    "Observed",
    "PlannedCall",
    "PortalSettings",
    "PortalSettingsError",
    "Reply",
    "RunResult",
    "Verdict",
    "Why",
    "drift",
    "fetch",
    "fingerprint",
    "observed",
    "plan",
    "portal_settings",
    "spent_on",
]
