"""Sources that an installation configures itself (`[[source]]`): files by URL, open-data portals (CKAN), iGate 2.

settings        a table of the configuration → UrlSource, CkanSource or IgateSource, checked
file_by_url     an address → a file to collect, or "unchanged"
ckan            a data set of an open-data portal → the addresses of its newest resources
igate           periods and units → responses of a statistics endpoint, with verdicts
statistic       a response of a statistics endpoint, with its request → statistics
personal        a response that holds personal data → where; it is neither kept nor read
memory          what one run must tell the next of a source

What is known of CKAN is its documented API v3; of iGate 2, requests and fields read from one public project that
called it. Neither was tried against a real office's system: paths, parameters and fields are therefore configuration.
"""
