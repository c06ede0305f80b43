"""The words that turn a sentence round, affirm it, judge it or stand opposite each other, as a caller uses them."""

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


NEGATORS = _words("""
    not no never without none nothing nobody nowhere neither nor hardly barely scarcely rarely seldom unable fail
    failed fails failing refuse refuses refused lack lacks lacking stop stops stopped blank dead missing absent
    zero
""")
SPLIT_CONTRACTIONS = _words("""
    dont doesnt didnt isnt wasnt arent werent wont cant couldnt wouldnt shouldnt havent hasnt hadnt aint
""")

YES = _words("yes y yeah yep yup yea yah ya aye affirmative sure correct indeed absolutely certainly")
NO = _words("no n nope nah negative nay incorrect")
AFFIRMING = (
    "that is right", "that is correct", "that is true", "that is the case", "of course", "you are right",
    "you are correct", "i agree", "i can confirm", "i confirm", "for sure", "sure enough", "sure is", "sure does",
)  # fmt: skip
DENYING = (
    "that is wrong", "that is not", "not really", "not at all", "not true", "not the case", "not so", "not yet",
    "not that i", "not correct", "not exactly", "afraid not", "think not", "by no means", "far from",
)  # fmt: skip
# what may stand before the first word that counts
FILLERS = _words("""
    well um uh er hmm oh ah so ok okay sorry thanks thank you please unfortunately actually alright right hi hello
    hey and but honestly sir madam just let me check see looks like
""")

AUXILIARIES = _words("""
    am is are was were be been do does did have has had can could will would shall should may might must
""")
PRONOUNS = _words("i it they he she we you this that these those there one mine")
FUNCTION_WORDS = (
    AUXILIARIES
    | PRONOUNS
    | _words("""
    a an the my your his her its our their of in on at to for from with by as into onto up down out off over under
    and or but if when while than then so also too me him them us which who what where how why whether any some
    all both each every just only even still now please yes no not very really quite about again being because
    after before such does getting get got here there most much tell know able sure let
""")
)
# words that carry no claim of their own in a reply
CHATTER = _words("""
    seem look appear think believe notice say confirm find certainly definitely indeed actually completely totally
    clear clearly today already fact check see saw looked just right properly verified verify tell observe
    honestly guess sound looking one thing front side left bit little way case inspection upon
""")

SUBORDINATORS = _words("when whenever if while after before once until unless whilst")
CONTRASTS = _words("but however although though yet whereas otherwise except instead")

PROBLEMS = _words("""
    affected problem issue trouble fault faulty error failure fail bad wrong break broken damage damaged crack cracked
    defective burn smoke leak loose dirty corrupt corrupted crash freeze hang stuck lag slow unresponsive overheat
    blow noisy dead worn blocked clog clogged jam jammed missing unusual strange odd weird abnormal glitch warning
    alert virus malware lost disconnect drop flicker distorted blurry garbled complain trip stall rust rusty melt
    interrupt expired denied rejected refused drain stain scratch swollen swell bulge torn tear leaky
""")
SOUND = _words("""
    fine good well okay ok properly proper correctly correct normal normally great perfect perfectly healthy
    smoothly smooth intact alright nice nicely fixed solved resolved better stable success successfully flawless
    flawlessly regular expected undamaged unbroken safe work working works
""")

# one excludes another
COLOURS = _words("red green blue yellow orange amber white purple black grey gray pink brown")
NUMBERS: Mapping[str, str] = {
    word: str(number)
    for number, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=2)
}

# Scales with two poles: words of one pole speak for each other, words of opposite poles against each other.
SCALES = tuple(
    (left.split(), right.split())
    for left, _, right in (
        line.partition("|")
        for line in _lines("""
            hot warm heat overheat boiling burning | cool cold chilly cooler
            on lit glow active activate enabled poweron | off dark unlit inactive disabled deactivate shutdown asleep
            run spin | off shutdown stand stop
            wake awake react respond | asleep dark sleep
            locked blocked suspended lock block | active free clear unlocked
            company corporate work business | personal own private
            other others else anyone everybody another spare several | alone
            open unlock unlocked | closed close shut locked
            loose wobbly slack | tight tightly secure securely firm firmly snug snugly tighten
            dirty unclean filthy dusty dirt dust grime | clean spotless cleaned
            wet moist damp drip leak leaking | dry
            new recent recently newly fresh brand | old aged older longago worn torn
            fast quick quickly rapid rapidly speedy | slow slowly sluggish
            high higher highest raised maximum max top | low lower lowest reduced minimum min bottom half
            full | empty partial partly half plenty lots free room
            loud noisy noise sound | quiet silent silence quietly
            start boot launch begin | stop quit end cease
            connect connected plug plugged attach attached | disconnect disconnected unplug unplugged detach detached
            present installed there available exist | absent missing gone unavailable removed
            locked lock | unlocked unlock
            same identical equal match matches | different differ mismatch differs unlike differently
            always constantly continuous constant | sometimes intermittent occasionally usually mostly often rarely
            alone single one | everyone everybody several many multiple others
            hard solid | soft cushion pillow bed
            accept accepted allow allowed grant | reject rejected deny denied refuse refused decline declined
            success succeed successful pass passed | fail failed failure unsuccessful
            visible appear show display | invisible blank black hidden disappear vanish gone
            strong | weak poor bad
            increase rise grow | decrease drop fall reduce lessen
            change return drop go vary fluctuate | stay remain constant continue steady unchanged still
            blink flash flicker flickering blinking | steady solid constant steadily
            automatic automatically itself | manual manually myself yourself
            wired cable ethernet wire | wireless wifi wirelessly
            online | offline
            inside indoors internal | outside outdoors external
            full whole entire complete completely | part partly partial partially
            shutdown | continue stay remain
            poweron | shutdown dark black
            respond react answer | ignore
            left | right
            first | second last
            near close | far away
            office onsite | home remote remotely
            public | private
            valid | invalid expired
            move moving motion | still stationary idle idling standing parked stopped
            normal regular usual average moderate | abnormal unusual hot cold high low strange odd extreme fast slow
            thick | thin
        smooth even flush level | rough bumpy uneven
        sharp crisp clear | blurry blurred fuzzy dull foggy cloudy
        long | short
        wide | narrow
        heavy | light weightless
        true correct right accurate | false wrong incorrect inaccurate
        alive | dead
        charged inflated | drained flat deflated discharged
        intact undamaged unbroken sound | damaged broken cracked torn worn defective
        stable steady consistent | unstable erratic irregular inconsistent
        aligned centred centered | misaligned
        forward | reverse backward backwards
        front | rear back
        upper top | lower bottom
        easy easily | hardly difficult
        early | late delayed
        original genuine | replacement copy
        raise lift | lower
        push pushed | pull pulled
        enter | exit
        install add | remove uninstall
        save keep | delete discard
        send sent | receive
        lose lost | find
        many lots plenty | few little
        success work working | fail failed
        together joined | separate apart
        deep | shallow
        busy occupied | idle free
        secure safe | insecure unsafe dangerous
            bent crooked angle askew slanted tilted | straight
            temporary | permanent
            larger bigger large big | smaller small tiny
            before | after
        """)
    )
)

# Words a caller uses for one another; the first stands for the rest.
SYNONYMS: Mapping[str, str] = {
    word: group.split()[0]
    for group in _lines("""
        see notice observe view spot witness visible seen look
        hear audible listen
        noise sound
        show display appear pop come
        work function operate functional operational operating
        start boot launch startup
        connect plug attach hook
        problem issue trouble fault
        break damage crack
        find detect recognize locate identify discover
        replace change swap switch
        smell odor odour scent
        message notification popup prompt
        inspect check examine
        run spin rotate
        leak drip seep
        freeze hang unresponsive respond
        light led lamp indicator
        screen monitor display
        same equal match identical
        everyone everybody
        poweron on
        shutdown off
        constantly always continuously continuous constant
        more above over exceed greater higher
        less below under lower fewer
        hot warm overheat heat
        test try
    """)
    for word in group.split()
}

IRREGULAR: Mapping[str, str] = {
    form: line.split()[0]
    for line in _lines("""
        blow blown blew
        break broke broken
        run ran
        hear heard
        see saw seen
        come came
        go went
        show shown
        feel felt
        freeze froze frozen
        get got gotten
        keep kept
        lose lost
        find found
        make made
        do did does done
        have has had
        wear worn
        stick stuck
        spin spun
        smell smelt
        burn burnt
        leave left
        take took taken
        give gave given
        begin began begun
        say said
        tell told
        send sent
        try tried tries
    """)
    for form in line.split()[1:]
}

# what a caller says who sees it at other times too, and who sees it at no other time
EVERY_TIME = (
    "all the time", "all of the time", "at all times", "other times", "any time", "anytime", "as well",
    "regardless", "constantly", "always", "continuously", "not only", "not just", "everywhere", "every time",
    "all day", "too", "no matter", "also", "either way", "both", "even", "in general", "anyway",
)  # fmt: skip
ONLY = (
    "only", "solely", "exclusively", "just when", "just while", "just if", "just on", "just in", "just at",
    "unless", "other than that", "apart from that", "nowhere else", "at no other",
)  # fmt: skip
