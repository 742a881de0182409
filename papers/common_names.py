"""Names that many people bear, for the time before our own records are many enough to tell.

In a small collection every name looks rare. These lists keep a common one from being taken for rare: frequent
family names and given names of the languages that our records hold most, from general knowledge, folded to ASCII.
A given name of a single Mandarin syllable counts as common whatever the list says.
"""

import re

COMMON_FAMILY_NAMES = frozenset(
    """
    wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han tang feng
    yu dong xiao cheng cao yuan deng fu shen zeng peng lu su jiang cai jia ding wei xue ye yan pan du dai xia zhong tian
    ren fan fang shi yao tan liao zou xiong jin hao kong bai cui kang mao qiu qin gu hou shao meng long wan duan qian yin
    chang lai gong chan cheung ho hong hsu hung kuo leung tsai wong
    kim lee park choi jung kang cho yoon jang lim oh seo shin kwon hwang ahn song yoo jeong hong
    nguyen tran le pham hoang phan vu vo dang bui do ngo duong ly
    sato suzuki takahashi tanaka watanabe ito yamamoto nakamura kobayashi kato yoshida yamada sasaki
    singh kumar sharma gupta patel shah khan das reddy rao jain agarwal mehta verma
    smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson
    thomas taylor moore jackson martin perez thompson white harris sanchez clark ramirez lewis robinson walker young
    allen king wright scott torres hill green adams baker hall campbell mitchell roberts carter
    muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann silva santos oliveira souza pereira costa
    rossi russo ferrari esposito bianchi ivanov petrov smirnov kuznetsov cohen levy ali ahmed hassan mohammed
    """.split()  # noqa: SIM905 - words are easier to read and to mend than a list of strings
)

COMMON_GIVEN_NAMES = frozenset(
    """
    james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald
    steven paul andrew joshua kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric
    jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander patrick raymond jack dennis jerry
    simon peter martin stefan andreas christian sebastian philipp felix lukas max jan daniele marco luca andrea alex adam
    mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley
    emily michelle laura anna maria julia sara elena sofia olga natalia tatiana claire marie sophie
    mohammad mohammed muhammad ali ahmed hassan hussein omar amir reza mehdi
    rahul amit ankit rohit vivek sanjay anil rajesh ravi arjun priya neha pooja
    hiroshi takashi kenji akira satoshi minh anh hung tuan jose juan carlos luis antonio manuel francisco pedro
    """.split()  # noqa: SIM905 - words are easier to read and to mend than a list of strings
)

_INITIAL = "b|p|m|f|d|t|n|l|g|k|h|j|q|x|zh|ch|sh|r|z|c|s|y|w"
_FINAL = "iang|iong|uang|ang|eng|ing|ong|ian|iao|uan|uai|an|en|in|un|ai|ei|ui|ao|ou|iu|ia|ie|ua|uo|ue|ve|a|e|i|o|u|v|er"
_MANDARIN_SYLLABLE = re.compile(rf"(?:{_INITIAL})?(?:{_FINAL})")


def is_common_given_name(folded: str) -> bool:
    """Whether a folded given name is borne by many: an initial, one Mandarin syllable, or on the list."""
    return len(folded) <= 1 or folded in COMMON_GIVEN_NAMES or _MANDARIN_SYLLABLE.fullmatch(folded) is not None


def is_common_family_name(folded: str) -> bool:
    """Whether a folded family name is borne by many."""
    return folded in COMMON_FAMILY_NAMES
