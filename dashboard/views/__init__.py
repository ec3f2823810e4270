"""The pages: one module each, with TITLE (a key of the words), ORDER and render()."""
