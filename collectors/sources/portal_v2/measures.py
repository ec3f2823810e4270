"""What the portal's fields and metric codes count: endpoint → field or code → our measures; and the maxima of the index."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Endpoint(StrEnum):
    """The endpoints below `/api/v1/reporting/`, as the requests name them."""

    RESULTS = "evaluation/service-results"
    TRANSPARENCY = "evaluation/transparency"
    PROGRESS = "evaluation/dvc-progress-tree"
    ONLINE = "evaluation/provide-online-tree"
    PAYMENT = "evaluation/formality-online-payment-tree"
    DIGITISED = "evaluation/dossier-digitized"
    SATISFACTION = "evaluation/handling-satisfaction"
    CATALOGUE = "formalities"


# Portal field or metric code → measures. One name: a field of the row, `a+b`: the sum of two counts.
# Two names: numerator and denominator of a metric, which also gives score_<CODE> and max_<CODE>; one that is
# not listed gives numerator_<CODE> and denominator_<CODE>. Names in _766 count as the index 766 does.
MEASURES: Mapping[Endpoint, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        Endpoint.RESULTS: {  # besides: score_<GROUP> of groupScores, score_<AXIS> and max_<AXIS> of the radar
            "totalScore": ("score_total",),
            "totalMaxScore": ("max_total",),
            "averageScore": ("score_total",),  # monthlyChart: of that month, for the overview unit
            # donuts; of a province under overview_<name>: Endpoint.ONLINE counts the same more finely
            "ONLINE": ("channel_online",),
            "OTHER": ("channel_other",),
            "ONLINE+OTHER": ("channel_total",),
            "FULL": ("procedures_full",),
            "PARTIAL": ("procedures_partial",),
            "NONE": ("procedures_none",),
            "PARTIAL+FULL": ("procedures_online",),
        },
        Endpoint.TRANSPARENCY: {
            "totalScore": ("score_CKMB",),
            "totalMaxScore": ("max_CKMB",),
            "averageScore": ("score_average_CKMB",),
            "PUBLISH_ON_TIME": ("procedures_published_on_time", "procedures_published"),
            "PUBLIC_UPDATE_ON_TIME": ("procedures_updated_on_time", "procedures_to_update"),
            "PUBLIC_CONTENT_FULL": ("procedures_content_full", "procedures_public"),
            "DOSSIER_SYNC": ("dossiers_synced", "dossiers_to_sync"),
        },
        Endpoint.PROGRESS: {
            "totalReceived": ("received_766",),
            "totalOnTime": ("on_time_766",),  # open dossiers within their deadline included
            "totalOverdue": ("overdue_766",),  # "not on time", open dossiers included; children only
            "totalCompleted": ("completed_766",),  # parent only
            "avgProcessingDays": ("days_average_766",),  # an average: never add up; 0 = none completed, kept as None
            "totalScore": ("score_TDGQ",),
            "totalMaxScore": ("max_TDGQ",),
            "score": ("score_TDGQ",),
            "maxScore": ("max_TDGQ",),
        },
        Endpoint.ONLINE: {  # counts on the parent only
            "totalScore": ("score_CLGQ",),
            "totalMaxScore": ("max_CLGQ",),
            "authorityCount": ("procedures_authority",),
            "partialCount": ("procedures_partial",),
            "fullCount": ("procedures_full",),
            "partialCount+fullCount": ("procedures_online",),
            "onlineDossierCount": ("services_active",),  # services with an online dossier, despite its name
            "onlineServiceTotal": ("services_total",),
            "channelOnlineSum": ("channel_online",),
            "channelDirectSum": ("channel_direct",),
            "channelPostalSum": ("channel_postal",),
            "channelTotalSum": ("channel_total",),
            "onlineOnTimeSum": ("channel_online_on_time",),
            "onlineOverdueSum": ("channel_online_overdue",),
        },
        Endpoint.PAYMENT: {
            "totalScore": ("score_TTTT",),
            "totalMaxScore": ("max_TTTT",),
            "totalDossierOnlinePaymentSuccess": ("paid_online",),
            "totalDossierFinancialObligation": ("fee_obligation",),
            "totalDossierOnlineFormalityPaymentSuccess": ("procedures_paid_online",),
            "totalFeeFormality": ("procedures_fee",),
            "totalFeeDossierFormality": ("procedures_fee_active",),
            "totalFeeDossierFormalityDistinct": ("procedures_fee_distinct",),  # equals procedures_fee so far
        },
        Endpoint.DIGITISED: {
            "totalScore": ("score_MDSH",),
            "totalMaxScore": ("max_MDSH",),
            "ORIGINAL_RESULT_AVAILABLE": ("result_electronic_766", "result_base_766"),
            "SO_HOA_GIAY_TO_GIAI_QUYET": ("digitised_full_766", "digitised_base_766"),
            "REUSED_DIGITIZED_DATA": ("reused_766", "reuse_base_766"),
            "SYNCED_WITH_DVCQG_PERSONAL_STORAGE": ("shared_766", "share_base_766"),
            "CITIZEN_DATA_CONNECTED_DOSSIER": ("citizen_data_766", "citizen_data_base_766"),
            "CITIZEN_DATA_CONNECTED_FORMALITY": ("procedures_citizen_data", "procedures_citizen"),
            "ELECTRONIC_CERTIFIED_COPY": ("communes_certified_copy", "communes_total"),  # so far always null
        },
        Endpoint.SATISFACTION: {
            "totalScore": ("score_MDHL",),
            "totalMaxScore": ("max_MDHL",),
            "averageScore": ("score_average_MDHL",),
            "totalPetitions": ("petitions_received",),
            "classifiedPetitions": ("petitions_classified",),
            "totalDossiers": ("dossiers_766",),
            "DOSSIER_RECEIVING_SATISFACTION": ("satisfied_766", "satisfaction_base_766"),
            "PETITION_PROCESSING_ON_TIME": ("petitions_on_time", "petitions_total"),
            "PETITION_HANDLING_SATISFACTION": ("petitions_satisfied", "petitions_satisfied_base"),
            "PETITION_CLASSIFICATION_TTHC": ("petitions_procedures", "petitions_procedures_base"),
            "PETITION_CLASSIFICATION_STAFF": ("petitions_staff", "petitions_staff_base"),
        },
        Endpoint.CATALOGUE: {},  # names of procedures, no statistics
    }
)

INHERITED = "INHERITED"  # the province's own value, repeated by the portal on each of its units: never add up
NO_COMPLETED_DOSSIER = "NO_COMPLETED_DOSSIER"  # an average of 0 days over no dossier at all

INHERITED_METRICS = frozenset({"PUBLISH_ON_TIME", "PUBLIC_UPDATE_ON_TIME", "PUBLIC_CONTENT_FULL"})
GROUPS = frozenset({"CKMB", "TDGQ", "CLGQ", "TTTT", "MDHL", "MDSH"})
PROVINCES = 34
MAXIMA = MappingProxyType(
    {
        "max_total": 100,
        "max_CKMB": 18,
        "max_TDGQ": 20,
        "max_CLGQ": 12,
        "max_TTTT": 10,
        "max_MDHL": 18,
        "max_MDSH": 22,
    }
    | {
        "max_PUBLISH_ON_TIME": 6,
        "max_PUBLIC_UPDATE_ON_TIME": 4,
        "max_PUBLIC_CONTENT_FULL": 2,
        "max_DOSSIER_SYNC": 6,
    }
    | {"max_ORIGINAL_RESULT_AVAILABLE": 6, "max_SO_HOA_GIAY_TO_GIAI_QUYET": 4, "max_REUSED_DIGITIZED_DATA": 2}
    | {"max_SYNCED_WITH_DVCQG_PERSONAL_STORAGE": 4, "max_CITIZEN_DATA_CONNECTED_DOSSIER": 2}
    | {
        "max_CITIZEN_DATA_CONNECTED_FORMALITY": 2,
        "max_ELECTRONIC_CERTIFIED_COPY": 2,
        "max_ONLINE_SERVICE": 22,
    }
    | {"max_PETITION_CLASSIFICATION_TTHC": 0, "max_PETITION_CLASSIFICATION_STAFF": 0}
    | {"max_DOSSIER_RECEIVING_SATISFACTION": 6, "max_PETITION_PROCESSING_ON_TIME": 6}
    | {"max_PETITION_HANDLING_SATISFACTION": 6}
)
