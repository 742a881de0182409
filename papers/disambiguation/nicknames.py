"""Short and familiar forms of given names that are no beginning of the full form, from general knowledge, folded to ASCII."""

_FAMILIAR = """
    robert bob rob bobby | william bill will billy willy | richard dick rick ricky | james jim jimmy jamie | john jack johnny
    edward ed ted eddie | margaret peggy maggie meg | elizabeth liz beth betty lisa eliza | katherine kate kathy katie kit
    kathleen kathy kate | catherine kate cathy cat | michael mike mick misha | charles chuck charlie | henry hank harry
    anthony tony | antonio tony | theodore ted theo | lawrence larry | gerald jerry gerry | gerard gerry | jerome jerry
    stephen steve | steven steve | joseph joe | andrew andy drew | alexander sasha sandy lex | aleksandr sasha | alexandra sasha
    alexei alyosha | ekaterina katya | maria masha | dmitri dima mitya | dmitry dima mitya | mikhail misha | yevgeny zhenya | evgeny eugene zhenya
    susan sue | susanne sue | rebecca becky | deborah debbie debra | patricia patty pat trish | patrick paddy | francis frank | francisco paco pancho
    franklin frank | jose pepe | ronald ron | donald don | kenneth ken | raymond ray | leonard len lenny leo | nicholas nick nico klaus
    nikolaos nikos nick | nikolai nick kolya | christopher kit topher | barbara barb | janet jan | janyce jan | virginia ginny | dorothy dot dolly
    helen nell ellen | eleanor ellie nell | martha marty | martin marty | matthew matt | nathaniel nate nat | nathan nate | peter pete
    johannes hans jan | johann hans | heinrich heinz | wilhelm willi | georgios george yorgos | konstantinos kostas costas | ioannis yannis yiannis john
    dimitrios dimitris jim | panagiotis panos | athanasios thanos | spyridon spiros spyros | vasileios vasilis bill | giuseppe beppe pino | luigi gigi
    abigail abby gail | albert al bert | alfred al fred | frederick fritz rick | friedrich fritz | gustav gus | harold hal harry | isabella bella
    jacqueline jackie | jackson jack | jonathan jon nathan | judith judy | laurence larry laurie | louis lou | lucille lucy | mordechai motti | moshe moses moshik
    yitzhak itzik isaac | yosef yossi joseph | yaakov jacob kobi | shmuel samuel | avraham avi abraham | abraham abe avi | eliyahu eli | zachary zack zach | zackary zack
    sebastian bastian | salvatore sal toto | samantha sam | samuel sam | timothy tim | thomas tom tommy | vincent vinny | walter walt | gregory greg | geoffrey jeff | jeffrey geoff jeff
    douglas doug | daniel dan danny | david dave | benjamin ben benny | philip phil pip | phillip phil | pamela pam | gabriella gaby ella | veronica ronnie | victoria vicky tori
"""
_FORMS: dict[str, frozenset[int]] = {}
for _number, _group in enumerate(part.split() for part in _FAMILIAR.replace("\n", "|").split("|")):
    for _name in _group:
        _FORMS[_name] = _FORMS.get(_name, frozenset()) | {_number}


def nickname_groups(name: str) -> frozenset[int]:
    """The numbers of the groups of forms that a folded given name belongs to."""
    return _FORMS.get(name, frozenset())


def is_nickname(one: str, other: str) -> bool:
    """Whether two folded given names are known to stand for each other."""
    return not nickname_groups(one).isdisjoint(nickname_groups(other))
