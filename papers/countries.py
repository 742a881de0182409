"""Countries by name: what sources write to ISO 3166-1 alpha-2 codes.

The codes and English short names are those of ISO 3166-1; ``_ALSO`` holds other names that bibliographic sources use.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NAMES = """
AD Andorra|AE United Arab Emirates|AF Afghanistan|AG Antigua and Barbuda|AI Anguilla|AL Albania|AM Armenia|AO Angola|AQ Antarctica
AR Argentina|AS American Samoa|AT Austria|AU Australia|AW Aruba|AX Åland Islands|AZ Azerbaijan|BA Bosnia and Herzegovina|BB Barbados
BD Bangladesh|BE Belgium|BF Burkina Faso|BG Bulgaria|BH Bahrain|BI Burundi|BJ Benin|BL Saint Barthélemy|BM Bermuda|BN Brunei Darussalam
BO Bolivia|BQ Bonaire, Sint Eustatius and Saba|BR Brazil|BS Bahamas|BT Bhutan|BV Bouvet Island|BW Botswana|BY Belarus|BZ Belize|CA Canada
CC Cocos (Keeling) Islands|CD Democratic Republic of the Congo|CF Central African Republic|CG Congo|CH Switzerland|CI Côte d'Ivoire
CK Cook Islands|CL Chile|CM Cameroon|CN China|CO Colombia|CR Costa Rica|CU Cuba|CV Cabo Verde|CW Curaçao|CX Christmas Island|CY Cyprus
CZ Czechia|DE Germany|DJ Djibouti|DK Denmark|DM Dominica|DO Dominican Republic|DZ Algeria|EC Ecuador|EE Estonia|EG Egypt|EH Western Sahara
ER Eritrea|ES Spain|ET Ethiopia|FI Finland|FJ Fiji|FK Falkland Islands|FM Micronesia|FO Faroe Islands|FR France|GA Gabon|GB United Kingdom
GD Grenada|GE Georgia|GF French Guiana|GG Guernsey|GH Ghana|GI Gibraltar|GL Greenland|GM Gambia|GN Guinea|GP Guadeloupe|GQ Equatorial Guinea
GR Greece|GS South Georgia and the South Sandwich Islands|GT Guatemala|GU Guam|GW Guinea-Bissau|GY Guyana|HK Hong Kong
HM Heard Island and McDonald Islands|HN Honduras|HR Croatia|HT Haiti|HU Hungary|ID Indonesia|IE Ireland|IL Israel|IM Isle of Man|IN India
IO British Indian Ocean Territory|IQ Iraq|IR Iran|IS Iceland|IT Italy|JE Jersey|JM Jamaica|JO Jordan|JP Japan|KE Kenya|KG Kyrgyzstan
KH Cambodia|KI Kiribati|KM Comoros|KN Saint Kitts and Nevis|KP North Korea|KR South Korea|KW Kuwait|KY Cayman Islands|KZ Kazakhstan|LA Laos
LB Lebanon|LC Saint Lucia|LI Liechtenstein|LK Sri Lanka|LR Liberia|LS Lesotho|LT Lithuania|LU Luxembourg|LV Latvia|LY Libya|MA Morocco
MC Monaco|MD Moldova|ME Montenegro|MF Saint Martin|MG Madagascar|MH Marshall Islands|MK North Macedonia|ML Mali|MM Myanmar|MN Mongolia
MO Macao|MP Northern Mariana Islands|MQ Martinique|MR Mauritania|MS Montserrat|MT Malta|MU Mauritius|MV Maldives|MW Malawi|MX Mexico
MY Malaysia|MZ Mozambique|NA Namibia|NC New Caledonia|NE Niger|NF Norfolk Island|NG Nigeria|NI Nicaragua|NL Netherlands|NO Norway|NP Nepal
NR Nauru|NU Niue|NZ New Zealand|OM Oman|PA Panama|PE Peru|PF French Polynesia|PG Papua New Guinea|PH Philippines|PK Pakistan|PL Poland
PM Saint Pierre and Miquelon|PN Pitcairn|PR Puerto Rico|PS Palestine|PT Portugal|PW Palau|PY Paraguay|QA Qatar|RE Réunion|RO Romania
RS Serbia|RU Russia|RW Rwanda|SA Saudi Arabia|SB Solomon Islands|SC Seychelles|SD Sudan|SE Sweden|SG Singapore|SH Saint Helena|SI Slovenia
SJ Svalbard and Jan Mayen|SK Slovakia|SL Sierra Leone|SM San Marino|SN Senegal|SO Somalia|SR Suriname|SS South Sudan
ST Sao Tome and Principe|SV El Salvador|SX Sint Maarten|SY Syria|SZ Eswatini|TC Turks and Caicos Islands|TD Chad
TF French Southern Territories|TG Togo|TH Thailand|TJ Tajikistan|TK Tokelau|TL Timor-Leste|TM Turkmenistan|TN Tunisia|TO Tonga|TR Türkiye
TT Trinidad and Tobago|TV Tuvalu|TW Taiwan|TZ Tanzania|UA Ukraine|UG Uganda|UM United States Minor Outlying Islands|US United States
UY Uruguay|UZ Uzbekistan|VA Holy See|VC Saint Vincent and the Grenadines|VE Venezuela|VG British Virgin Islands|VI US Virgin Islands
VN Vietnam|VU Vanuatu|WF Wallis and Futuna|WS Samoa|YE Yemen|YT Mayotte|ZA South Africa|ZM Zambia|ZW Zimbabwe|XK Kosovo
"""
_ALSO = """
US United States of America|US USA|US U S A|GB UK|GB Great Britain|GB England|GB Scotland|GB Wales|GB Northern Ireland|RU Russian Federation
KR Republic of Korea|KR Korea|KR Korea Republic of|KR Korea South|KP Korea Democratic People's Republic of|CN People's Republic of China
CN P R China|CN PR China|CN Mainland China|TW Taiwan Province of China|TR Turkey|TR Turkiye|CZ Czech Republic|SA Kingdom of Saudi Arabia|AE UAE
IR Iran Islamic Republic of|IR Islamic Republic of Iran|VN Viet Nam|NL The Netherlands|NL Holland|MO Macau|HK Hong Kong SAR|MK Macedonia
BO Bolivia Plurinational State of|VE Venezuela Bolivarian Republic of|MD Moldova Republic of|TZ Tanzania United Republic of
LA Lao People's Democratic Republic|SY Syrian Arab Republic|PS State of Palestine|PS Palestinian Territories|CI Ivory Coast|CV Cape Verde
SZ Swaziland|MM Burma|BN Brunei|CD DR Congo|CG Republic of the Congo|VA Vatican City|TL East Timor|FM Federated States of Micronesia
DE Deutschland|FR La France|IE Republic of Ireland|BR Brasil|ES España|IT Italia|MX México|AT Österreich|CH Schweiz|BA Bosnia
"""
_NOT_LETTERS = re.compile(r"[^a-z]+")


def _key(name: str) -> str:
    folded = unicodedata.normalize("NFD", name.casefold())
    return _NOT_LETTERS.sub(" ", "".join(c for c in folded if not unicodedata.combining(c))).strip()


def _entries(table: str) -> list[tuple[str, str]]:
    return [(entry[:2], entry[3:]) for line in table.split("\n") for entry in line.split("|") if entry]


COUNTRY_NAMES = dict(_entries(_NAMES))
_CODES = {_key(name): code for code, name in [*_entries(_ALSO), *_entries(_NAMES)]}


@lru_cache(maxsize=2048)
def country_code(value: str) -> str:
    """The alpha-2 code of a country's name or code ("Russian Federation": "RU"), or "" where it is none."""
    text = value.strip()
    if text.upper() in COUNTRY_NAMES:
        return text.upper()
    return _CODES.get(_key(text), "")
