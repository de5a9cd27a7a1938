"""Countries whose consumers may withdraw from a purchase at a distance, as Stripe names them.

The EU and the EEA; France's outermost regions and Åland have ISO codes of their own, but their law.
The EU itself writes EL for Greece, as many write UK for GB: nobody loses a right by that.
Outside, some countries have rights of their own, which only keep a denial from being automatic.
"""

from collections.abc import Mapping
from types import MappingProxyType

# By code: the country whose holidays are kept there, and its zones. Where there are several, the
# one that ends a window last counts: nobody loses an hour to our not knowing where they live.
COUNTRIES: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "AT": ("AT", ("Europe/Vienna",)),
        "BE": ("BE", ("Europe/Brussels",)),
        "BG": ("BG", ("Europe/Sofia",)),
        "CY": ("CY", ("Asia/Nicosia", "Asia/Famagusta")),
        "CZ": ("CZ", ("Europe/Prague",)),
        "DE": ("DE", ("Europe/Berlin",)),
        "DK": ("DK", ("Europe/Copenhagen",)),
        "EE": ("EE", ("Europe/Tallinn",)),
        "ES": ("ES", ("Europe/Madrid", "Atlantic/Canary")),
        "FI": ("FI", ("Europe/Helsinki",)),
        "FR": ("FR", ("Europe/Paris",)),
        "GR": ("GR", ("Europe/Athens",)),
        "HR": ("HR", ("Europe/Zagreb",)),
        "HU": ("HU", ("Europe/Budapest",)),
        "IE": ("IE", ("Europe/Dublin",)),
        "IS": ("IS", ("Atlantic/Reykjavik",)),
        "IT": ("IT", ("Europe/Rome",)),
        "LI": ("LI", ("Europe/Vaduz",)),
        "LT": ("LT", ("Europe/Vilnius",)),
        "LU": ("LU", ("Europe/Luxembourg",)),
        "LV": ("LV", ("Europe/Riga",)),
        "MT": ("MT", ("Europe/Malta",)),
        "NL": ("NL", ("Europe/Amsterdam",)),
        "NO": ("NO", ("Europe/Oslo",)),
        "PL": ("PL", ("Europe/Warsaw",)),
        "PT": ("PT", ("Europe/Lisbon", "Atlantic/Madeira", "Atlantic/Azores")),
        "RO": ("RO", ("Europe/Bucharest",)),
        "SE": ("SE", ("Europe/Stockholm",)),
        "SI": ("SI", ("Europe/Ljubljana",)),
        "SK": ("SK", ("Europe/Bratislava",)),
        "EL": ("GR", ("Europe/Athens",)),
        "AX": ("FI", ("Europe/Mariehamn",)),
        "GF": ("FR", ("America/Cayenne",)),
        "GP": ("FR", ("America/Guadeloupe",)),
        "MF": ("FR", ("America/Marigot",)),
        "MQ": ("FR", ("America/Martinique",)),
        "RE": ("FR", ("Indian/Reunion",)),
        "YT": ("FR", ("Indian/Mayotte",)),
    }
)

# Days to withdraw from a purchase at a distance under laws outside the EEA; digital goods are
# treated differently by each, so a person decides. GB: SI 2013/3134 reg. 30; BR: CDC art. 49;
# AR: Ley 24.240 art. 34; CL: Ley 19.496 art. 3 bis; CO: Ley 1480 art. 47; MX: LFPC art. 56;
# TR: Mesafeli Sozlesmeler Yonetmeligi art. 9; KR: E-Commerce Act art. 17; TW: CPA art. 19;
# IL: Consumer Protection Law s. 14C; ZA: ECT Act s. 44. Business days count as a week.
COOLING_OFF_ELSEWHERE: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("GB", "UK", "TR", "IL"), 14),
        **dict.fromkeys(("AR", "CL"), 10),
        **dict.fromkeys(("BR", "CO", "MX", "KR", "TW", "ZA"), 7),
    }
)
