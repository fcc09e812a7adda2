"""Invented calls for the demonstration; no family, person, tribe or place in them is real.

An answer stands under its pair and side (`>` worry, `<` working well); `?` is "doesn't know", `-`
is declined, and a word after `#` is the reason why it was not asked. After a bar come its marks:
F first-hand, S second-hand, W the worker's own observation, + strength, ! act of protection. Heard
notes are lines of the narrative, filed under a factor and side, some put to the core prompt of
that side (`*`).

Days and times turn with the day of the call: `{-2d}` is the weekday two working days before it,
`{-40m}` the time of day forty minutes before it began.

Who called is told under `reporter` only: the narrative and the answers go to many readers.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Story:
    """What one caller told, and what the worker decided."""

    narrative: str
    call: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    heard: tuple[tuple[str, str, int], ...] = ()  # (factor and side, beginning of the line, second)
    people: tuple[tuple[str, dict[str, str]], ...] = ()
    concerns: tuple[dict[str, str], ...] = ()
    reporter: dict[str, str] = field(default_factory=dict)
    decision: dict[str, str] = field(default_factory=dict)
    minutes: int = 18  # on the phone
    # A scripted caller, and what the caller was let say: (prompt or nothing, second).
    caller: str = ""
    turns: tuple[tuple[str, int], ...] = ()


SAFE = {"danger_now": "no", "responder_safety": "no", "tribal_information": "no"}

ADEYEMI = Story(
    narrative="""\
Tobi Adeyemi, 5, kindergarten. {-1d} 17:45 seen alone at the playground across from the house, about 20 minutes.
Caller stayed on the bench until father came out of the front door, in socks: "I thought he was in the bath."
Tobi was on the swing, not upset, jacket on. Father sat down with him, then thanked the caller.
Street between house and playground has a light; Tobi said he waited for green.
Caller has seen Tobi out with father or mother nearly every day, never alone before.
Father said a bolt is going on the door today. {-0d} 08:10 caller saw him putting one on, high up.
Mother drives a bus, evenings this month. A neighbor downstairs, Gert, takes Tobi when both are away.
No marks, no shouting heard. Caller does not know the inside of the home.
""",
    call=SAFE | {"child_now_at": "At kindergarten until 14:00."},
    answers={
        "parental_resilience.pressure>": "Mother on evenings this month, father alone at supper time. | S",
        "parental_resilience.pressure<": "Father put a bolt on the door the next morning. | F !",
        "social_connections.people_around>": "?",
        "social_connections.people_around<": "Gert downstairs takes Tobi when both are away. | F +",
        "concrete_support.essentials>": "?",
        "concrete_support.essentials<": "Jacket, shoes that fit. | F +",
        "parenting_knowledge.supervision>": "Out alone for about 20 minutes, across a street. | F",
        "parenting_knowledge.supervision<": "Nearly every day with one of the parents. | F !",
        "child_competence.daily_signs>": "None seen.",
        "child_competence.daily_signs<": "Swinging, talked to the caller, ran to father. | F +",
        "opening.reason": "A five-year-old alone at a playground; does not want to get anybody in trouble.",
        "opening.first_hand": "Everything at the playground first-hand.",
        "closing.scale": "8",
    },
    heard=(("parental_resilience<*", "Father said a bolt", 240),),
    people=(
        ("child", {"name": "Tobi Adeyemi", "age": "5", "gender": "boy", "is_alleged_victim": "yes",
                   "school_or_care": "Kindergarten", "in_household": "yes"}),
        ("caregiver", {"name": "Mr. Adeyemi", "relationship": "Father", "in_household": "yes",
                       "is_alleged_maltreater": "yes"}),
        ("caregiver", {"relationship": "Mother", "is_unknown": "yes", "in_household": "yes"}),
        ("other", {"name": "Gert", "relationship": "Neighbor downstairs", "in_household": "no"}),
    ),
    concerns=(
        {"type": "general_neglect", "what": "Five-year-old alone at a playground for about 20 minutes",
         "when": "{-1d} 17:45", "where": "Playground across from the house", "source": "first_hand",
         "injury": "None"},
    ),
    reporter={"kind": "non_mandated", "confidentiality_advised": "yes", "name": "Petra Lindqvist",
              "phone": "555-0188", "basis_of_knowledge": "Saw it from the bench."},
    decision={
        "screening": "evaluated_out",
        "rationale": "Once, 20 minutes, nobody hurt. Caller never saw him alone before; father was out at once "
        "and changed the door by the next morning. No substantial risk of serious harm is told.",
        "working_well_bearing": "The bolt and the neighbor are what the family did by itself.",
        "next_steps": "Caller calls again if Tobi is seen alone.",
        "cross_reports": "None due.",
    },
    minutes=11,
)  # fmt: skip

MARIN = Story(
    narrative="""\
Leo Marin, 7, second grade. No lunch with him on {-4d}, {-3d} and {-1d}.
Asked for seconds at breakfast on each of those days. Weight not noticeably changed.
{-1d} 08:40 Leo said: "Mom sleeps all day now. I make the cereal." Nobody asked him more.
Mother Dana Marin lost her night shifts at the packing plant in October, she told the office.
Before October: never late, came to both conferences.
Little sister Junie, 2, is home with mother all day. Last seen {-1d} at pick-up: clean, in her stroller.
School phoned {-3d} 10:15. Mother called back 11:00, voice slow, apologized, signed up for the weekend food bags.
One day last week nobody came at 15:30. Mother had phoned the office at 15:25 from the bus: "Please keep him with you."
She came running at 16:20, out of breath. Leo waited with the secretary.
Mother's mother, Alma, collects him every Wednesday, for two years now. Cooks, checks homework.
Aunt who lived downstairs moved away in summer.
No bruises, no fear of mother seen. He runs to her at the gate.
Caller does not know of drinking, drugs or illness. Father not known to the school.
Mother told the office {-1d}: "I have an interview on the 3rd, days this time."
""",
    call=SAFE | {"child_now_at": "Leo: at school until 15:30. Junie: at home with mother.",
                 "callback_wanted": "yes", "callback_time": "School days 12:10 to 12:40"},
    answers={
        "parental_resilience.pressure>": "In bed when Leo comes home since October; he eats what he finds. | S",
        "parental_resilience.pressure<": "Called the school back the same morning and signed up for the food bags. | F !",
        "parental_resilience.strain_at_home>": "?",
        "parental_resilience.strain_at_home<": "?",
        "parental_resilience.outlook<": '"I have an interview on the 3rd, days this time." | F +',
        "social_connections.people_around>": "?",
        "social_connections.people_around<": "Grandmother Alma every Wednesday; would come more often, she told the office. | F !",
        "social_connections.staying_close>": "Aunt downstairs moved away in summer; she used to take Junie. | S",
        "social_connections.fast_help<": "The late day: mother phoned before the bell and asked the office to keep him. | F !",
        "concrete_support.essentials>": "No lunch on three days. {-1d} no dinner the evening before either, Leo said. | F",
        "concrete_support.essentials<": "Winter coat, shoes that fit; rent is paid until January, mother said. | S +",
        "concrete_support.seeking_help>": "Food pantry opens when mother has nobody for Junie. | S",
        "concrete_support.services<": "Weekend food bags, first one handed out this week. | F +",
        "parenting_knowledge.fits_age>": "Gets himself up, fed, dressed and to the bus stop alone. | S",
        "parenting_knowledge.fits_age<": "Homework before play; bed at eight, he tells the class. | S +",
        "parenting_knowledge.supervision>": "Picked up 50 minutes late once. Who watches Junie when mother sleeps is not known. | F",
        "parenting_knowledge.advice<": "Wrote down what the nurse said about breakfast at school. | F +",
        "child_competence.daily_signs>": "Quieter since October; head down on the desk in math twice since {-4d}. | F",
        "child_competence.daily_signs<": "Reads at grade level, laughs with two friends at recess. | F +",
        "child_competence.own_words>": '"Mom sleeps all day now. I make the cereal." | F',
        "child_competence.own_words<": '"Wednesday is noodle day at Nana\'s." | F',
        "child_competence.settling<": "Settles at once when grandmother comes in. | F +",
        "child_competence.child_view>": "-",
        "opening.reason": "Third day without lunch; wants somebody to look in on the mother.",
        "opening.first_hand": "Lunches, pick-up and Leo's words: first-hand. Mornings at home: only from Leo.",
        "next_steps.tried": "School phoned, food bags, school nurse met Leo once.",
        "next_steps.tried_difference": "He brought food from the bag today; mother has answered every call since.",
        "next_steps.should_happen": "Somebody should see how mother is doing, and Junie.",
        "next_steps.who_could_help": "Grandmother Alma; the school's family liaison.",
        "next_steps.best_time": "After 14:00.",
        "next_steps.small_change": "Lunch in the bag, and mother awake at pick-up.",
        "closing.scale": "6",
        "closing.scale_reason": "Mother answers, and he is not afraid of her.",
        "closing.scale_raise": "Knowing that somebody is with Junie in the daytime.",
        "closing.how_sure": "Sure of what happened at school, unsure of the mornings.",
        "closing.not_known": "Whether mother is ill. Who the father is.",
    },
    heard=(
        ("parental_resilience<*", "School phoned", 230),
        ("parenting_knowledge>", "One day last week", 335),
        ("social_connections<*", "Mother's mother, Alma", 410),
        ("social_connections>", "Aunt who lived", 455),
    ),
    people=(
        ("child", {"name": "Leo Marin", "age": "7", "gender": "boy", "is_alleged_victim": "yes",
                   "school_or_care": "Second grade, Alder Street School", "in_household": "yes",
                   "last_seen": "Today, in school", "current_location": "In school until 15:30"}),
        ("child", {"name": "Junie Marin", "age": "2", "gender": "girl", "relationship": "Sister of Leo",
                   "is_alleged_victim": "yes", "in_household": "yes", "last_seen": "{-1d} at pick-up",
                   "current_location": "At home with mother"}),
        ("caregiver", {"name": "Dana Marin", "age": "about 30", "relationship": "Mother",
                       "is_alleged_maltreater": "yes", "in_household": "yes",
                       "address": "14 Quarry Row, upper flat", "access_to_child": "Lives with them"}),
        ("caregiver", {"is_unknown": "yes", "relationship": "Father of both, as far as known",
                       "in_household": "unknown"}),
        ("other", {"name": "Alma Marin", "age": "about 60", "relationship": "Grandmother, mother's mother",
                   "in_household": "no", "access_to_child": "Wednesdays, and on call"}),
    ),
    concerns=(
        {"type": "general_neglect", "what": "Leo without lunch on three days, no dinner once; 50 minutes late at pick-up",
         "when": "Since mid-October; three of the last four school days", "where": "Home and school", "source": "first_hand",
         "injury": "None seen", "witnesses": "School office"},
        {"type": "general_neglect", "what": "Junie, 2, may be without an awake adult in the daytime",
         "when": "Since October", "where": "Home", "source": "second_hand", "injury": "None known"},
    ),
    reporter={"kind": "mandated", "confidentiality_advised": "yes", "name": "Ines Abernathy",
              "phone": "555-0142", "relationship": "Teacher", "capacity": "Second-grade teacher",
              "basis_of_knowledge": "Has Leo in class every school day."},
    decision={
        "screening": "in_person", "priority": "ten_days", "path": "other_path",
        "rationale": "First-hand: three days without lunch, tired in class, one late pick-up. From Leo: mother "
        "asleep in the daytime, and with it the question who watches a two-year-old. That is a risk of "
        "serious harm to Junie that nobody outside can answer, hence a visit. No injury, no fear, nothing "
        "that needs an answer tonight. Path: differential response with the family liaison.",
        "working_well_bearing": "Mother answers within the hour, phones ahead when she is late and took the "
        "food bags; grandmother is in the home every Wednesday. These are why ten days and not sooner. "
        "They do not tell us who is with Junie.",
        "harm_statement": "Leo went without lunch on three days and makes his own breakfast because his "
        "mother sleeps; he was too tired to follow math twice.",
        "danger_statement": "If mother goes on sleeping through the day without another adult in the home, "
        "Junie may be hurt and Leo may go hungry.",
        "next_steps": "See mother, Junie and grandmother together. Ask mother what her mornings look like and "
        "what she would want help with first: sleep, work or food. Ask grandmother about a second day.",
        "cross_reports": "Law enforcement: not due, general neglect.",
    },
    minutes=19,
)  # fmt: skip

NGUYEN = Story(
    narrative="""\
Nguyễn Thị Ánh, 14, 9th grade, said this morning at 09:20 that she sleeps at a friend's.
Four nights now. Argument with father about a C in biology; he took her phone and "threw a chair, not at me".
Chair hit the wall by the refrigerator. Ánh was at the table, brother Minh, 10, in the doorway.
No marks. She is not afraid to go home "when he has slept". First time, she says; before that shouting.
Mother works nights at a bakery, father drives for a delivery firm, two jobs since spring.
Friend's mother, Mrs. Phạm, agreed to it and texts Ánh's mother every evening.
Ánh has eaten, is in school every day, choir on Tuesdays, laughs with friends.
Father came to school by himself at 08:00: "I was wrong about the chair. I scared them both."
He gave the phone back to be handed to her. Asked how other fathers do it.
School offered a family meeting {+2d} 15:30 with an interpreter; both parents said yes.
Minh's school says he is as always, ate lunch, played.
Older cousin Trâm, 22, takes both children out on Sundays.
""",
    call=SAFE | {"child_now_at": "In school; tonight at Mrs. Phạm's, with mother's agreement."},
    answers={
        "parental_resilience.pressure>": "Threw a chair against the wall after an argument; first time, Ánh says. | S",
        "parental_resilience.pressure<": "Came to school by himself and said that he was wrong. | F !",
        "parental_resilience.strain_at_home>": "Shouting about grades every few weeks. No drinking, she says. | S",
        "parental_resilience.too_much<": "Usually goes down to the garage until he is calm. | S +",
        "parental_resilience.rough_patch<": "When the shop closed, the cousins paid the rent for two months. | S +",
        "social_connections.people_around>": "Nobody named.",
        "social_connections.people_around<": "Mrs. Phạm took her in and texts mother every evening. | F !",
        "social_connections.child_turns_to<": "Mrs. Phạm, cousin Trâm, one adult at school. | F +",
        "concrete_support.essentials>": "Nothing: asked, none missing.",
        "concrete_support.essentials<": "Meals, own bed at home, bus pass, glasses. | F +",
        "parenting_knowledge.fits_age>": "Only top grades; a month without a phone for one C. | S",
        "parenting_knowledge.fits_age<": "Home by seven, one evening out a week. | S +",
        "parenting_knowledge.advice<": "Both parents said yes to the meeting; father asked how others do it. | F +",
        "child_competence.daily_signs>": "Tired on the first day after. | F",
        "child_competence.daily_signs<": "In school every day, choir, homework done. | F +",
        "child_competence.own_words<": '"I can go home when he has slept." | F',
        "child_competence.child_view>": "That he compares her with her cousin. | F",
        "opening.reason": "A student sleeps away from home after an argument; wants to do it right.",
        "opening.first_hand": "Ánh's and father's words first-hand. Nobody at school saw the argument.",
        "next_steps.tried": "Spoke with Ánh, with father, and with mother by phone.",
        "next_steps.should_happen": "The meeting; then she goes home.",
        "next_steps.meanwhile": "School sees Ánh every morning until then.",
        "closing.scale": "8",
        "closing.scale_reason": "She is looked after and he came by himself.",
        "closing.how_sure": "Quite sure. Minh was not spoken with.",
    },
    heard=(
        ("social_connections<", "Friend's mother", 170),
        ("parental_resilience<*", "Father came to school", 260),
        ("parenting_knowledge<*", "School offered", 330),
    ),
    people=(
        ("child", {"name": "Nguyễn Thị Ánh", "age": "14", "gender": "girl", "is_alleged_victim": "yes",
                   "school_or_care": "9th grade, Harbor High", "language": "Vietnamese and English",
                   "in_household": "yes", "last_seen": "Today 09:20"}),
        ("child", {"name": "Nguyễn Văn Minh", "age": "10", "gender": "boy", "relationship": "Brother of Ánh",
                   "school_or_care": "5th grade, Harbor Elementary", "in_household": "yes"}),
        ("caregiver", {"name": "Nguyễn Văn Phúc", "age": "in his 40s", "relationship": "Father",
                       "language": "Vietnamese, some English", "in_household": "yes", "is_alleged_maltreater": "yes"}),
        ("caregiver", {"name": "Lê Thị Hoa", "age": "in her 40s", "relationship": "Mother",
                       "language": "Vietnamese", "in_household": "yes"}),
        ("other", {"name": "Mrs. Phạm", "relationship": "Mother of a friend", "in_household": "no",
                   "access_to_child": "Ánh sleeps at her home"}),
    ),
    concerns=(
        {"type": "emotional_abuse", "what": "Father threw a chair at the wall in an argument, both children in the room",
         "when": "Four days ago, evening", "where": "Kitchen at home", "injury": "None", "source": "second_hand",
         "witnesses": "Minh"},
    ),
    reporter={"kind": "mandated", "confidentiality_advised": "yes", "name": "Samira Okonjo",
              "phone": "555-0109", "relationship": "School counselor", "capacity": "School counselor",
              "basis_of_knowledge": "Ánh told her today; spoke with the father at 08:00."},
    decision={
        "screening": "evaluated_out",
        "rationale": "One argument with a chair thrown at a wall. Nobody hurt, no marks, no earlier violence "
        "told. Ánh is looked after with her mother's agreement and not afraid to go home. Serious emotional "
        "damage is not described: school, choir, sleep and friends are as before. Does not meet the criteria "
        "for an in-person response. Kept on record.",
        "working_well_bearing": "Father named what he did, before anybody asked him to. Both parents meet the "
        "school on {+2d}. The family is already doing what we would ask for.",
        "next_steps": "School calls again if the meeting does not happen or if Minh says something else.",
        "cross_reports": "None due.",
    },
    minutes=16,
)  # fmt: skip

REYES = Story(
    narrative="""\
Call in Spanish, interpreter from minute 2. Caller's words in English unless quoted.
Mateo Reyes, 4 months, and mother Yesenia, 19. Father Iván left in September.
They moved in with a friend in Harlow Court: two rooms, four adults, Mateo, and the friend's son Beto, 6.
Six days ago caller was there with Rosario: Mateo in a car seat on the floor, diaper soaked, rash on both thighs.
Formula was mixed thin "para que dure" (to make it last), for about a week, Yesenia said.
Yesenia cried, said to Rosario: "No puedo sola, tía, ayúdame." (I can't alone, auntie, help me.)
Rosario took both home with her the same evening, for a few nights.
{-3d} all went to the clinic: cream, formula voucher, weight 13 lb, "on his curve". To be seen again next {+2d}.
Nurse showed her how to mix the bottle; she did it right twice in front of her.
{-2d} Yesenia went back. Answers her phone every day, sends photos; today's photo shows the rash nearly gone.
No crib at the friend's. Mateo sleeps in the car seat or beside her on the mattress.
Friend's boyfriend smokes inside. Caller has seen no drugs, no fighting.
"Ella lo quiere mucho." (She loves him very much.)
""",
    call={"danger_now": "no", "responder_safety": "unknown", "tribal_information": "no",
          "language": "es", "interpreter": "Elena, telephone interpreter, Spanish",
          "responder_safety_details": "Caller does not know the other adults in the flat.",
          "callback_wanted": "yes", "callback_time": "After 17:00, in Spanish",
          "child_now_at": "With mother at Harlow Court."},
    answers={
        "parental_resilience.pressure>": "Cries, stays in bed with Mateo beside her. | F",
        "parental_resilience.pressure<": "Said herself that she cannot do it alone and asked for help. | F +",
        "parental_resilience.strain_at_home>": "Sad since September. No drinking, no drugs seen. | F",
        "parental_resilience.outlook<": '"Quiero terminar la escuela." (I want to finish school.) | F +',
        "social_connections.people_around>": "Friend's boyfriend smokes in the room where Mateo sleeps. | F",
        "social_connections.people_around<": "Rosario took both in and would do it again tonight. | F !",
        "social_connections.staying_close>": "Father and his family, no call since September. | S",
        "social_connections.fast_help<": "Rosario came within the hour. | F !",
        "concrete_support.essentials>": "Formula thinned to make it last; no crib. | F",
        "concrete_support.essentials<": "Voucher since {-3d}: full cans on the shelf in today's photo. | F +",
        "concrete_support.seeking_help>": "Did not know the voucher existed; no car, clinic is two buses away. | F",
        "concrete_support.health_care<": "Clinic {-3d}: cream, weight; goes again next {+2d}. Shots up to date. | F !",
        "concrete_support.home>": "Six people in two rooms, smoke, no place of his own to sleep. | F",
        "parenting_knowledge.fits_age>": "Let him sleep in the car seat for hours. | F",
        "parenting_knowledge.fits_age<": "Knows that he wakes to eat at night, and gets up. | S +",
        "parenting_knowledge.advice<": "Mixed the bottle right as soon as the nurse had shown her. | F !",
        "child_competence.daily_signs>": "Six days ago: rash, weak cry. | F",
        "child_competence.daily_signs<": "Smiles at her, drank well at the clinic. | F +",
        "child_competence.settling<": "Her voice: he stops crying when she sings. | F +",
        "child_competence.own_words>": "#not_relevant",
        "opening.reason": "Is afraid that Yesenia gets too tired again. Does not want him taken away.",
        "opening.first_hand": "Six days ago and the clinic: first-hand. Nights at Harlow Court: from Yesenia.",
        "next_steps.tried": "Rosario's home, the clinic, the voucher.",
        "next_steps.tried_difference": "She sleeps again and the rash is going away.",
        "next_steps.should_happen": "Somebody who comes to her and shows her things. A crib.",
        "next_steps.who_could_help": "Rosario; the clinic nurse.",
        "closing.scale": "5",
        "closing.scale_reason": "She asks for help when it is too much.",
        "closing.scale_raise": "A crib, and Rosario closer by.",
        "closing.missed": "Please speak Spanish to her.",
    },
    heard=(
        ("concrete_support>*", "Formula was mixed", 290),
        ("parental_resilience<*", "Yesenia cried", 350),
        ("social_connections<*", "Rosario took both", 400),
        ("concrete_support<", "{-3d} all went to", 470),
        ("parenting_knowledge<", "Nurse showed her", 520),
    ),
    people=(
        ("child", {"name": "Mateo Reyes", "age": "4 months", "gender": "boy", "is_alleged_victim": "yes",
                   "current_location": "With mother", "in_household": "yes", "last_seen": "Photo today; in person {-2d}"}),
        ("child", {"name": "Beto, last name not known", "age": "6", "gender": "boy",
                   "relationship": "Son of the friend, no relation", "in_household": "yes"}),
        ("caregiver", {"name": "Yesenia Reyes", "age": "19", "relationship": "Mother of Mateo", "language": "Spanish",
                       "in_household": "yes", "is_alleged_maltreater": "yes", "address": "Harlow Court 8, with a friend"}),
        ("caregiver", {"name": "Iván, last name not known", "relationship": "Father of Mateo", "in_household": "no",
                       "access_to_child": "None since September"}),
        ("other", {"name": "Rosario Beltrán", "relationship": "Great-aunt of Mateo", "language": "Spanish",
                   "in_household": "no", "access_to_child": "Took both in for a few nights"}),
    ),
    concerns=(
        {"type": "general_neglect", "what": "Formula thinned for about a week; diaper rash; no safe place to sleep",
         "when": "Until six days ago; sleeping place now", "where": "Harlow Court", "source": "first_hand",
         "injury": "Rash on both thighs, treated {-3d}", "witnesses": "Rosario, clinic nurse"},
    ),
    reporter={"kind": "non_mandated", "confidentiality_advised": "yes", "name": "Noemí Rivas",
              "phone": "555-0117", "callback_number": "555-0118", "relationship": "Cousin of the mother",
              "basis_of_knowledge": "Went there with Rosario, then to the clinic."},
    decision={
        "screening": "community_response", "path": "path_1",
        "rationale": "Thin formula and a rash came from having no money, no voucher and no sleep; all three were "
        "met before this call. A clinic has weighed him, sees nothing urgent and sees him again soon. "
        "What is left is a crib, smoke and a nineteen-year-old who needs company: poverty and support, not a "
        "present risk of serious harm. Mother has not refused anything offered.",
        "working_well_bearing": "Mother asked for help and used what she was shown; Rosario took them in and would "
        "again; the clinic follows up. These acts have lasted six days: they are why a community response fits.",
        "harm_statement": "Mateo was given thin formula for about a week and had a rash from wet diapers.",
        "danger_statement": "If mother is alone and out of formula again, Mateo may not gain weight; without a crib "
        "he may stop breathing in the car seat or the shared bed.",
        "next_steps": "Home-visiting nurse called, can come within the week, Spanish spoken. Crib program called. "
        "Ask the clinic to call us if the visit is missed. Call Rosario after it.",
        "cross_reports": "None due.",
    },
    minutes=31,
)  # fmt: skip
REYES_NEXT_STEPS = " R. Delgado calls her, {+2d} at 17:00."

QUIROZ = Story(
    narrative="""\
Caller gives no name. Told that a name is not needed and what confidential means.
Shouting can be heard most evenings since August, a man and a woman. Words not understood.
Last night about 23:00 something broke, then quiet, then a child crying.
Alba, about 5, stood alone on the landing in pajamas, no shoes. Caller saw her.
She said: "It's too loud in there."
Ismael, maybe 12, came out, took her hand, brought her to his room. Door closed, light on.
Father's car was there. Caller did not see anybody hit anybody, no marks seen on the mother.
In September mother took both children to her cousin on Pine Street overnight.
Ismael reads to Alba, most evenings, it can be heard.
Mother nods but does not talk on the stairs now; until summer she chatted.
Beer cans by the bins after weekends, whose is not known.
Father shouted at a delivery driver in October. Large dog, loose on the landing in the evening.
[Caller crying here, needed a minute.]
""",
    call={"danger_now": "unknown", "responder_safety": "yes", "tribal_information": "unknown",
          "child_now_at": "Not known. On a weekday morning probably on the way to school.",
          "responder_safety_details": "Large dog, loose on the landing in the evening. Father shouted at a "
          "delivery driver in October. No weapon known.", "callback_wanted": "no", "is_domestic_violence": "yes"},
    answers={
        "parental_resilience.pressure>": "Shouting when father comes home late, most evenings. | F",
        "parental_resilience.pressure<": "Took both children to her cousin until it was quiet. | S !",
        "parental_resilience.strain_at_home>": "Fighting most evenings. Beer cans, whose is not known. | F",
        "parental_resilience.strain_at_home<": "Sends the children to Ismael's room when it begins. | F !",
        "social_connections.people_around>": "?",
        "social_connections.people_around<": "Cousin on Pine Street lets them sleep there. | S !",
        "social_connections.contact>": "Mother stopped talking on the stairs; no visitors since August. | F",
        "social_connections.child_turns_to<": "Alba goes to Ismael. | F +",
        "concrete_support.essentials>": "?",
        "concrete_support.essentials<": "Warm flat, dressed for the weather, father has work. | F +",
        "parenting_knowledge.fits_age>": "Ismael comforts her and puts her to bed; he is maybe 12. | F",
        "parenting_knowledge.fits_age<": "?",
        "parenting_knowledge.supervision>": "Alba on the landing at 23:00; no adult came for her. | F",
        "child_competence.daily_signs>": "Alba flinches when a door slams. | F",
        "child_competence.daily_signs<": "Goes to school every day, sings on the stairs. | F +",
        "child_competence.own_words>": '"It\'s too loud in there." | F',
        "child_competence.settling<": "Her brother: she stops crying when he reads. | F +",
        "opening.reason": "Last night was worse than before.",
        "opening.first_hand": "Heard last night; saw Alba on the landing. Pine Street: mother said so then.",
        "next_steps.tried": "Nothing. Is afraid to speak to them.",
        "next_steps.should_happen": "Speak to the mother when she is alone.",
        "next_steps.best_time": "Before 16:00 mother is alone; father comes after 18:00.",
        "next_steps.meanwhile": "-",
        "closing.scale": "3",
        "closing.scale_reason": "The boy looks after her. | W",
        "closing.how_sure": "Sure of what was heard; not sure what goes on inside.",
        "closing.missed": "-",
    },
    heard=(
        ("parental_resilience>*", "Last night about", 120),
        ("parenting_knowledge>", "Alba, about 5", 165),
        ("child_competence<*", "Ismael, maybe 12", 200),
        ("social_connections<", "In September mother", 280),
    ),
    people=(
        ("child", {"name": "Alba Quiroz", "age": "about 5", "gender": "girl", "is_alleged_victim": "yes",
                   "in_household": "yes", "last_seen": "Last night on the landing"}),
        ("child", {"name": "Ismael Quiroz", "age": "about 12", "gender": "boy", "relationship": "Brother of Alba",
                   "is_alleged_victim": "yes", "in_household": "yes", "last_seen": "Last night"}),
        ("caregiver", {"name": "Marta Quiroz", "relationship": "Mother", "in_household": "yes",
                       "address": "Canal Street 31, third floor left"}),
        ("caregiver", {"is_unknown": "yes", "relationship": "Father", "in_household": "yes",
                       "is_alleged_maltreater": "yes", "access_to_child": "Lives there"}),
        ("other", {"is_unknown": "yes", "relationship": "Mother's cousin, Pine Street", "in_household": "no"}),
    ),
    concerns=(
        {"type": "emotional_abuse", "what": "Both children hear fighting most evenings; something was broken last night",
         "when": "Since August; last night 23:00", "where": "Home", "source": "first_hand", "injury": "None seen"},
        {"type": "general_neglect", "what": "Alba outside the door at night, no adult came", "when": "Last night",
         "where": "Landing", "source": "first_hand", "injury": "None seen"},
    ),
    reporter={"kind": "anonymous", "confidentiality_advised": "yes", "relationship": "Next-door neighbor",
              "refusal_reason": "Lives wall to wall and is afraid of the father.",
              "basis_of_knowledge": "Hears it through the bedroom wall."},
    decision={
        "screening": "in_person", "priority": "five_days", "path": "other_path",
        "rationale": "A young child outside at night after something broke, and shouting most evenings for three "
        "months. Brother and mother have both acted to keep her away from it. Whether anybody is hit is not "
        "known. Path: response together with a domestic-violence advocate.",
        "working_well_bearing": "Mother has left for a night once and the cousin is there; Ismael takes Alba in. "
        "A boy of twelve cannot be the plan, hence five days and not ten.",
        "danger_statement": "Alba and Ismael may be hurt, or alone at night, when the parents fight.",
        "next_steps": "See mother alone, before 16:00. Two responders; call from the car because of the dog.",
        "cross_reports": "Law enforcement: told by phone 09:12, desk officer; no unit sent.",
    },
    minutes=15,
)  # fmt: skip

SAHIN = Story(
    narrative="""\
Emre Şahin, 4, alone on the second-floor balcony: {-3d} about 19:00 for 20 minutes, {-1d} about 10 minutes.
Caller saw both from below. Balcony door open, railing low, a chair beside it.
{-1d} he stood on the chair and called down: "Look how high I am!" Caller told him to sit down; he did.
Rang the bell, nobody opened. Sister Çağla, 11, came home from swimming at 19:25, alone, with a key.
Both times his aunt Şükran from upstairs came down and took him in.
{-1d} late evening a new lock was put on the balcony door; uncle Orhan did it, caller saw him.
Mother Aylin delivers food in the evening since October. Father Kağan works abroad until May.
Before October mother was home every evening.
Aunt says mother did not know that the sitter had stopped coming; "she cried when I told her".
Emre is friendly, well dressed, plays with the dog downstairs.
He is with his aunt now, caller just met them on the stairs.
""",
    call=SAFE | {"child_now_at": "With his aunt upstairs."},
    answers={
        "parental_resilience.pressure>": "Goes to work though nobody is in the flat. | F",
        "parental_resilience.pressure<": "Took evening deliveries so that the rent is paid. | S +",
        "parental_resilience.outlook<": 'Told the aunt: "Only until Kağan is back." | S',
        "social_connections.people_around>": "The sitter, about 16, stopped coming and did not say so. | S",
        "social_connections.people_around<": "Aunt took him in both times; uncle fixed the lock. | F !",
        "social_connections.child_turns_to>": "Father, abroad until May. | S",
        "concrete_support.essentials>": "?",
        "concrete_support.essentials<": "Well dressed, bicycle, fed at his aunt's. | F +",
        "concrete_support.home>": "Low railing on the balcony, second floor. | F",
        "concrete_support.home<": "New lock on the balcony door. | F !",
        "parenting_knowledge.fits_age>": "Alone at four, 10 to 20 minutes. | F",
        "parenting_knowledge.fits_age<": "#no_time",
        "parenting_knowledge.supervision>": "Nobody between 19:00 and 19:25 on two evenings. | F",
        "parenting_knowledge.supervision<": "Aunt keeps him in the evening since {-1d}, she says. | S !",
        "child_competence.daily_signs>": "Climbs on everything. | F",
        "child_competence.daily_signs<": "Friendly, talks to everybody in the house. | F +",
        "opening.reason": "Is afraid that he falls.",
        "opening.first_hand": "Balcony, chair, lock: first-hand. Sitter: from the aunt.",
        "next_steps.tried": "Spoke with the aunt; she spoke with mother.",
        "next_steps.better_day": "Somebody is in the flat when mother goes to work.",
        "closing.scale": "6",
        "closing.how_sure": "Sure.",
    },
    heard=(
        ("parenting_knowledge>*", "Emre Şahin, 4", 60),
        ("social_connections<*", "Both times his aunt", 200),
        ("concrete_support<", "{-1d} late evening", 240),
    ),
    people=(
        ("child", {"name": "Emre Şahin", "age": "4", "gender": "boy", "is_alleged_victim": "yes",
                   "school_or_care": "Preschool in the morning", "in_household": "yes", "language": "Turkish and English",
                   "current_location": "With his aunt upstairs", "last_seen": "Today"}),
        ("child", {"name": "Çağla Şahin", "age": "11", "gender": "girl", "relationship": "Sister of Emre",
                   "in_household": "yes", "school_or_care": "6th grade"}),
        ("caregiver", {"name": "Aylin Şahin", "age": "about 35", "relationship": "Mother", "in_household": "yes",
                       "is_alleged_maltreater": "yes", "address": "Mill Road 7, second floor"}),
        ("caregiver", {"name": "Kağan Şahin", "relationship": "Father", "in_household": "no",
                       "current_location": "Works abroad until May"}),
        ("other", {"name": "Şükran Demir", "relationship": "Aunt, lives upstairs", "in_household": "no",
                   "access_to_child": "Every evening"}),
    ),
    concerns=(
        {"type": "general_neglect", "what": "Alone in the flat and on the balcony, on a chair at the railing",
         "when": "{-3d} and {-1d}, about 19:00", "where": "Home, second-floor balcony", "injury": "None",
         "source": "first_hand", "witnesses": "Aunt"},
    ),
    reporter={"kind": "non_mandated", "confidentiality_advised": "yes", "name": "Walter Finch",
              "phone": "555-0171", "relationship": "Neighbor, ground floor",
              "basis_of_knowledge": "Sees the balcony from his garden."},
    decision={
        "screening": "in_person", "priority": "ten_days", "path": "other_path",
        "rationale": "A four-year-old twice alone at an open balcony, once standing on a chair: a fall would have "
        "been serious. The family knew within hours, put a lock on the door and has the aunt there since. Whether "
        "that lasts until May is not known. Path: differential response.",
        "working_well_bearing": "Lock and aunt are acts of protection against the very danger reported, one day "
        "old. Hence ten days, and a visit all the same.",
        "harm_statement": "Emre was left alone twice and stood on a chair at the railing.",
        "danger_statement": "If nobody is in the flat when mother goes to work, Emre may fall from the balcony.",
        "next_steps": "Ask mother, aunt and uncle who is with him each evening of the week, and what happens "
        "when the aunt cannot. Ask what Çağla is left to do.",
        "cross_reports": "None due, general neglect.",
    },
    minutes=13,
)  # fmt: skip

TADESSE = Story(
    narrative="""\
Selam Tadesse, 9. {-2d} evening on a video call she showed caller her right thigh: a long red mark, skin not broken.
Selam said: "Abaye hit me with the belt because I lied about the test." Caller asked nothing more.
Father Yonas said on the same call: "In my house children do not lie."
Brother Dawit, 13, wrote: "Only this once with the belt. Before, the hand." Hana, 2, was asleep.
Mother Marta took the belt out of his hand and put it in the trash, Selam and she both said so.
Mother slept in the girls' room that night and the next.
{-1d} mother said on the phone: "I told him, not again, or you go to Bekele's."
Father phoned an elder of their church himself, Ato Bekele; he comes {+1d} evening.
When father lost his job last year he lived with Bekele for three weeks until he was calm, and sent money.
Selam is afraid "when report cards come". Eats, sleeps, was in school {-1d}; mark seen by nobody there, long skirt.
Home: apartment, two bedrooms, food, warm. Father drives nights.
No weapons known. Father is quiet with visitors. Caller lives in another state.
""",
    call={"danger_now": "no", "responder_safety": "no", "tribal_information": "no",
          "child_now_at": "At home with mother and father.", "callback_wanted": "yes",
          "callback_time": "Any evening"},
    answers={
        "parental_resilience.pressure>": "Hits when he feels lied to; this time with a belt. | F",
        "parental_resilience.pressure<": "Mother took the belt from him and put it in the trash. | S !",
        "parental_resilience.rough_patch>": "Lost his job last year; shouting for weeks. | S",
        "parental_resilience.rough_patch<": "Moved out to a friend until he was calm, and sent money. | S !",
        "parental_resilience.too_much<": "Prays, or goes out to drive. | S",
        "social_connections.people_around>": "?",
        "social_connections.people_around<": "Ato Bekele, church elder; father asked him to come. | S !",
        "social_connections.child_turns_to<": "Mother, brother Dawit, caller by video. | F +",
        "social_connections.community<": "Church on Sundays; families cook for each other. | S +",
        "concrete_support.essentials>": "None missing, as far as known.",
        "concrete_support.essentials<": "Food, own bed, warm clothes, insured. | S +",
        "parenting_knowledge.fits_age>": "Perfect scores; a nine-year-old may not be afraid of a test. | S",
        "parenting_knowledge.fits_age<": "Homework together at the table every day. | S +",
        "parenting_knowledge.misbehaving>": "The hand, a few times a year; the belt once. | S",
        "parenting_knowledge.misbehaving<": "Mother sends them to sit with her in the kitchen. | S +",
        "child_competence.daily_signs>": "Did not want to turn the camera to her father. | F",
        "child_competence.daily_signs<": "Eats, sleeps, sings in the choir. | S +",
        "child_competence.own_words>": '"Abaye hit me with the belt because I lied about the test." | F',
        "child_competence.own_words<": '"Mama slept in my bed." | F',
        "child_competence.child_view>": "?",
        "opening.reason": "Saw the mark; has never seen one before.",
        "opening.first_hand": "Mark and Selam's words: first-hand by video. Belt in the trash: from both.",
        "next_steps.should_happen": "Somebody who is not family should tell Yonas that the belt is not allowed here.",
        "next_steps.who_could_help": "Ato Bekele.",
        "next_steps.meanwhile": "Video call with the children every evening.",
        "closing.scale": "5",
        "closing.scale_reason": "Marta stood in between.",
        "closing.scale_raise": "Hearing it from Yonas himself.",
        "closing.not_known": "Whether Dawit was ever hit with the belt.",
    },
    heard=(
        ("parental_resilience<*", "Mother Marta took", 190),
        ("social_connections<", "Father phoned", 300),
        ("child_competence>", "Selam is afraid", 380),
    ),
    people=(
        ("child", {"name": "Selam Tadesse", "age": "9", "gender": "girl", "is_alleged_victim": "yes",
                   "school_or_care": "4th grade, Ridge School", "in_household": "yes", "language": "Amharic and English",
                   "last_seen": "{-1d}, by video", "current_location": "At home"}),
        ("child", {"name": "Dawit Tadesse", "age": "13", "gender": "boy", "relationship": "Brother of Selam",
                   "in_household": "yes", "school_or_care": "8th grade"}),
        ("child", {"name": "Hana Tadesse", "age": "2", "gender": "girl", "relationship": "Sister of Selam",
                   "in_household": "yes"}),
        ("caregiver", {"name": "Marta Girma", "age": "38", "relationship": "Mother", "in_household": "yes"}),
        ("caregiver", {"name": "Yonas Tadesse", "age": "41", "relationship": "Father", "in_household": "yes",
                       "is_alleged_maltreater": "yes", "address": "Orchard Lane 220, apt 5",
                       "access_to_child": "Lives there, drives nights"}),
        ("other", {"name": "Ato Bekele", "relationship": "Church elder", "in_household": "no"}),
    ),
    concerns=(
        {"type": "physical_abuse", "what": "Hit with a belt on the right thigh by her father", "when": "{-2d} afternoon",
         "where": "Home", "injury": "Long red mark, skin not broken", "source": "first_hand",
         "witnesses": "Mother, Dawit"},
        {"type": "at_risk", "what": "Dawit was hit with the hand earlier; Hana in the home", "when": "Past years",
         "where": "Home", "source": "second_hand", "injury": "None known"},
    ),
    reporter={"kind": "non_mandated", "confidentiality_advised": "yes", "name": "Bethlehem Girma",
              "phone": "555-0133", "relationship": "Maternal aunt",
              "basis_of_knowledge": "Video call with the children; phone call with her sister."},
    decision={
        "screening": "in_person", "priority": "five_days", "path": "other_path",
        "rationale": "A nine-year-old hit with a belt, a mark that the caller saw by video; nobody "
        "else outside the home has. Not a severe injury; first time with an object, as both children say. Mother stepped "
        "in and father sought an elder himself. He lives in the home, hence five days and not ten. Path: "
        "in-person response by a social worker.",
        "working_well_bearing": "Mother removed the belt and stayed with the girls two nights; last year father "
        "left until he was calm. Both have acted before we called. Whether it holds when the next report card "
        "comes is what the visit has to find out.",
        "harm_statement": "Selam's father hit her with a belt after a test; it left a long red mark on her thigh.",
        "danger_statement": "Selam, and Dawit, may be hit harder when school news is bad and mother is not there.",
        "next_steps": "See Selam and Dawit apart, at school, on the next school day; ask for a skin check. Ask mother "
        "what she needs so that Bekele's remains possible. Amharic interpreter who is not of their church.",
        "cross_reports": "Law enforcement: written report sent 19:36, number on the form. District attorney: with "
        "the same report.",
    },
    minutes=22,
)  # fmt: skip

WINTERS = Story(
    narrative="""\
Jonah Winters, 3, brought to the county hospital {-95m} by mother's partner "Rob". Left arm swollen.
X-ray {-60m}: spiral fracture of the upper arm. Rob: "He fell off the couch." Pediatrician: does not fit that fall.
Yellow-green bruise on the back, size of a palm, older. Rob "did not know".
Mother Kayla was at work, arrived {-50m}, crying, asked to stay with him, held his other hand.
Mother did not know of the bruise: Rob bathes him since he began minding him two weeks ago.
Jonah to the nurse, pointing at the door: "Rob squeeze." Once; nobody asked him more.
Rob left {-25m}, after the doctor asked questions. Gray pickup. Angry, kicked the door.
Mother phoned her sister Dee at once to fetch Wren, 6, from the home. Wren is with Dee since {-15m}.
Mother's father Earl is driving here, two hours out; "they can both sleep at mine".
Mother says the family is of the Three Alders tribe; Earl is enrolled, the children not yet.
Security is at bay 4. Hospital called 911 {-20m}; deputy on the way.
No earlier injuries in the hospital's record. All shots, own pediatrician.
""",
    call={"danger_now": "yes", "responder_safety": "yes", "tribal_information": "yes",
          "tribe": "Three Alders (invented)", "tribal_basis": "Mother says so; her father Earl is enrolled.",
          "child_now_at": "Jonah: emergency room, bay 4, with mother and security. Wren: at mother's sister Dee's.",
          "responder_safety_details": "Rob left angry in a gray pickup and may be at the home. Weapons: mother "
          "says a hunting rifle, locked, key not with him.", "callback_wanted": "yes", "callback_time": "Any time"},
    answers={
        "parental_resilience.pressure>": "?",
        "parental_resilience.pressure<": "Came at once, asked questions, did not leave him. | F !",
        "parental_resilience.hard_day<": "Phoned Dee from the hallway to get Wren out of the home. | F !",
        "parental_resilience.strain_at_home>": "Rob drinks on weekends, mother says. | S",
        "social_connections.people_around>": "Rob, alone with Jonah for two weeks. | S",
        "social_connections.people_around<": "Dee has Wren; Earl drives two hours to take both. | F !",
        "social_connections.fast_help<": "Dee was there in a quarter of an hour. | F !",
        "concrete_support.essentials>": "?",
        "concrete_support.essentials<": "Insured, own pediatrician, clean clothes. | F +",
        "concrete_support.health_care>": "Bruise about a week old, not shown to a doctor. | F",
        "concrete_support.health_care<": "Well-child visits and all shots in the record. | F +",
        "concrete_support.seeking_help>": "Day care closed in October; no place since. | S",
        "parenting_knowledge.fits_age>": "#no_time",
        "parenting_knowledge.fits_age<": "#no_time",
        "parenting_knowledge.supervision>": "Left with a partner she has known for two months. | S",
        "parenting_knowledge.supervision<": "Day care until October; Earl on weekends. | S +",
        "parenting_knowledge.noticing_needs>": "Bruise not noticed; Rob bathes him. | S",
        "child_competence.daily_signs>": "Silent and still while Rob was in the room. | F",
        "child_competence.daily_signs<": "Asked for his sister and his truck once mother was there. | F +",
        "child_competence.own_words>": '"Rob squeeze." | F',
        "child_competence.settling<": "Stopped crying when mother held his hand. | F +",
        "opening.reason": "Injury does not fit the story, and the man has left.",
        "opening.first_hand": "Arm, bruise, words, Rob leaving: first-hand.",
        "next_steps.should_happen": "Come here before he is discharged.",
        "next_steps.meanwhile": "Jonah stays in bay 4; skeletal survey is ordered.",
        "closing.scale": "1",
        "closing.scale_reason": "It is not 0 because he is here.",
        "closing.scale_raise": "Knowing that Rob cannot get to him.",
        "closing.how_sure": "Sure of the injuries; not who was there when it happened.",
    },
    heard=(
        ("parental_resilience<*", "Mother Kayla was", 120),
        ("child_competence>*", "Jonah to the nurse", 170),
        ("social_connections<*", "Mother phoned her sister", 240),
        ("social_connections<", "Mother's father Earl", 275),
    ),
    people=(
        ("child", {"name": "Jonah Winters", "age": "3", "gender": "boy", "is_alleged_victim": "yes",
                   "in_household": "yes", "current_location": "Emergency room, bay 4", "last_seen": "Now",
                   "culture": "Three Alders, through mother's father"}),
        ("child", {"name": "Wren Winters", "age": "6", "gender": "girl", "relationship": "Sister of Jonah",
                   "in_household": "yes", "current_location": "With mother's sister Dee",
                   "school_or_care": "First grade"}),
        ("caregiver", {"name": "Kayla Winters", "age": "26", "relationship": "Mother", "in_household": "yes",
                       "current_location": "Emergency room, bay 4", "address": "Fern Hollow 3"}),
        ("caregiver", {"name": "Rob, last name not known", "age": "about 30", "relationship": "Mother's partner",
                       "in_household": "yes", "is_alleged_maltreater": "yes", "access_to_child": "Minds him when she works",
                       "current_location": "Left the hospital {-25m}, gray pickup"}),
        ("other", {"name": "Earl Winters", "relationship": "Grandfather, mother's father", "in_household": "no",
                   "current_location": "On the road, two hours out"}),
        ("other", {"name": "Dee Winters", "relationship": "Mother's sister", "in_household": "no"}),
    ),
    concerns=(
        {"type": "physical_abuse", "what": "Spiral fracture of the left upper arm that does not fit the account",
         "when": "Today, before {-95m}", "where": "Home", "injury": "Fracture", "source": "first_hand",
         "witnesses": "Pediatrician, nurse"},
        {"type": "physical_abuse", "what": "Older bruise on the back, no account of it", "when": "About a week ago",
         "where": "Not known", "injury": "Yellow-green bruise, size of a palm", "source": "first_hand"},
        {"type": "at_risk", "what": "Wren lives in the same home; not yet seen", "when": "Now", "where": "Home",
         "source": "second_hand", "injury": "Not known"},
    ),
    reporter={"kind": "mandated", "confidentiality_advised": "yes", "name": "Theo Lindqvist",
              "phone": "555-0163", "relationship": "Treats the child", "capacity": "Emergency room charge nurse",
              "basis_of_knowledge": "On duty at bay 4."},
    decision={
        "screening": "in_person", "priority": "immediate", "path": "other_path",
        "rationale": "A fracture that does not fit the account, an older bruise, a three-year-old's words, and "
        "the partner has left and is angry. A second child lives in the home. Response now, at the hospital, "
        "and at Dee's for Wren. Path: joint response with the sheriff.",
        "working_well_bearing": "Mother came, stayed, and had Wren fetched within minutes; Dee and Earl are there. "
        "The children may not need to sleep among strangers. Whether mother keeps Rob away is not known yet, so "
        "this shapes where they sleep, not how soon we go.",
        "harm_statement": "Jonah's arm was broken and his back bruised in the two weeks that Rob minded him.",
        "danger_statement": "If Rob is alone with Jonah or Wren again, they may be hurt badly.",
        "next_steps": "Responder to bay 4 now; second one to Dee's. Ask mother and Earl what has to be true "
        "before anybody goes home, so that Rob cannot get in. Notice to the tribe's ICWA office, contact before placement.",
        "cross_reports": "Law enforcement: sheriff's desk told by phone {+11m}, deputy on scene. District attorney: "
        "with the written report. Tribe: ICWA desk, message left {+16m}, again within the day.",
    },
    minutes=14,
)  # fmt: skip

WRONG_NUMBER = Story(
    narrative="""\
Caller wanted the animal shelter: a loose dog on Mill Road. No child involved, asked.
Number of the shelter given.
""",
    call={"danger_now": "no"},
)

PRACTICE = Story(
    narrative="""\
PRACTICE, a scripted caller; nothing here is real.
Hazel, 8, third grade. Fell asleep in class three times this week, once for a whole hour.
Hungry: eats breakfast at school, asks for what others leave. 58 pounds in August, 54 now.
Hazel said: "I have to stay up till Ivy sleeps." Ivy is 3.
Mother away since September with her own mother. Father alone, works 15:30 until after midnight.
Cousin, 17, is with the girls in the evening; headphones on.
Father came within 40 minutes when the school called. Signed for the school meals at once.
Neighbor leaves her porch light on; Hazel knows she can knock, and did once.
Forgot to ask what has been tried. Ask about it next time.
""",
    call=SAFE | {"child_now_at": "At school until 14:45 (practice)."},
    answers={
        "opening.reason": "She slept a whole hour on the cot. | F",
        "parental_resilience.pressure>": "Sleeps four hours himself and does not see how tired she is. | F",
        "parental_resilience.pressure<": "Comes every time the school calls; never late with her. | F !",
        "social_connections.people_around<": "A neighbor whose porch light is on; Hazel knocked once. | S !",
        "concrete_support.essentials>": "Dinner on some nights; glasses taped for a month. | S",
        "parenting_knowledge.supervision<": "?",
        "child_competence.own_words>": '"I have to stay up till Ivy sleeps." | F',
        "closing.scale": "5",
    },
    heard=(
        ("concrete_support>", "Hungry:", 52),
        ("parenting_knowledge>", "Hazel said:", 78),
        ("parental_resilience<", "Father came", 200),
        ("social_connections<", "Neighbor leaves", 262),
    ),
    people=(
        ("child", {"name": "Hazel Dunleavy", "age": "8", "in_household": "yes", "is_alleged_victim": "yes"}),
        ("child", {"name": "Ivy", "age": "3", "in_household": "yes"}),
    ),
    concerns=({"type": "general_neglect", "what": "Evenings without a grown-up; tired and hungry at school", "source": "first_hand"},),
    reporter={"kind": "mandated", "name": "Colleen Prather", "relationship": "School nurse (scripted)"},
    caller="school-nurse",
    turns=(
        ("", 8), ("", 24), ("", 45), ("", 70), ("opening.reason", 96), ("", 118), ("", 142),
        ("parental_resilience.pressure>", 165), ("", 188), ("parental_resilience.pressure<", 214),
        ("", 228), ("social_connections.people_around<", 250), ("concrete_support.essentials>", 290),
        ("", 330), ("", 345), ("parenting_knowledge.supervision<", 370), ("", 395),
        ("child_competence.own_words>", 420), ("closing.scale", 520), ("", 600),
    ),
    minutes=12,
)  # fmt: skip

DROPPED = Story(
    narrative="""\
Caller whispers. Boy, first name Kofi, about 8, is with his father until tomorrow.
Kofi wrote her from his tablet {-30m}: "he locked me in again".
Father "locks him in the room" when friends come, she says. Two times before.
Kofi has water and the tablet. Mother is at work, phone off until her break.
Caller has to go, somebody is coming. Line dropped in the middle of the address: "Juniper, number 4
""",
    call={"danger_now": "unknown", "callback_wanted": "yes", "callback_time": "Text first, do not ring",
          "child_now_at": "Father's home, Juniper something, number begins with 4."},
    answers={
        "opening.reason": "The boy wrote that he is locked in.",
        "child_competence.own_words>": '"he locked me in again" (his message). | F',
        "social_connections.people_around>": "Father's friends are there. | S",
        "social_connections.people_around<": "#caller_left",
    },
    heard=(("parenting_knowledge>", "Father \"locks him", 70),),
    people=(
        ("child", {"name": "Kofi, last name not known", "age": "about 8", "gender": "boy", "is_alleged_victim": "yes",
                   "current_location": "Father's home"}),
        ("caregiver", {"is_unknown": "yes", "relationship": "Father", "is_alleged_maltreater": "yes"}),
    ),
    reporter={"phone": "555-0155"},
    minutes=3,
)  # fmt: skip

LI = Story(
    narrative="""\
李雷 (Li Lei), 2. Father bought the third bottle of children's cough syrup in five days.
Lei sat in the stroller, sleepy, answered to his name, drank from a cup. Lips pink, breath quiet.
Father: "He coughs all night, I have not slept." Asked what else helps.
Asked how much he gives: "a spoon when he coughs", maybe six times a night.
Shown the dose on the label; father wrote it on his hand and said it back.
He left the third bottle on the counter, bought honey and a thermometer instead.
Said he would call the nurse line; card given to him with the number.
Sister 李婷 (Li Ting), 5, held on to the stroller, told a joke, laughed with her father.
Mother is with her own parents in another city until next week.
Father speaks Mandarin, English well enough for this.
Not known: whether Lei saw a doctor.
""",
    call=SAFE | {"responder_safety": "unknown", "child_now_at": "On the way home with father and sister."},
    answers={
        "parental_resilience.pressure>": "Gave a spoon each time, six times a night, not sleeping himself. | F",
        "parental_resilience.pressure<": "Asked for advice instead of guessing on. | F +",
        "social_connections.people_around>": "-",
        "social_connections.staying_close<": "Mother calls every evening, Ting said. | S",
        "concrete_support.health_care>": "?",
        "concrete_support.health_care<": "Took the card of the nurse line, said he would call. | F +",
        "parenting_knowledge.noticing_needs>": "Three bottles in five days for a two-year-old. | F",
        "parenting_knowledge.advice<": "Wrote the dose on his hand, said it back, left the third bottle. | F !",
        "child_competence.daily_signs>": "Sleepy in the stroller. | F",
        "child_competence.daily_signs<": "Answered to his name, drank. Ting laughed with her father. | F +",
        "opening.first_hand": "All of it.",
        "closing.scale": "7",
    },
    heard=(
        ("parenting_knowledge<*", "Shown the dose", 150),
        ("concrete_support<", "Said he would", 200),
    ),
    people=(
        ("child", {"name": "李雷 (Li Lei)", "age": "2", "gender": "boy", "is_alleged_victim": "yes", "in_household": "yes"}),
        ("child", {"name": "李婷 (Li Ting)", "age": "5", "gender": "girl", "relationship": "Sister of Lei",
                   "in_household": "yes"}),
        ("caregiver", {"name": "Mr. Li, first name not known", "relationship": "Father", "language": "Mandarin, English",
                       "in_household": "yes", "is_alleged_maltreater": "yes"}),
        ("caregiver", {"is_unknown": "yes", "relationship": "Mother", "current_location": "With her parents until next week"}),
    ),
    concerns=({"type": "general_neglect", "what": "Too much cough syrup over five nights", "when": "Last five nights",
               "where": "Home", "source": "first_hand", "injury": "Sleepy"},),
    reporter={"kind": "mandated", "confidentiality_advised": "yes", "name": "Dmitri Volkov",
              "phone": "555-0184", "relationship": "Served the father", "capacity": "Pharmacist"},
    minutes=11,
)  # fmt: skip

HADDAD = Story(
    narrative="""\
Sisters Lina, 8, and Noor, 6, Haddad (حداد). {-3d} and {-1d} nobody met them at the afternoon stop.
Lina had a key on a string. Noor cried on {-1d}, Lina: "We know how."
Lina said: "Baba is at the hospital with the baby, he comes when it is dark."
New baby brother, about two weeks, born early. Mother Rania still in the hospital too, Lina said.
Both in thin jackets {-1d}, near freezing. Both had eaten at school.
Neighbor with a red dog, Mrs. Ortega, stood at her fence until they were inside, both days.
Lina holds Noor's hand across Mill Road, always.
{-1d} 16:30 from the road: light on, both girls waved from the window.
An older cousin, Sami, used to meet them; not seen since September.
Until the baby came, father Karim stood there every day, waved to everybody.
""",
    call={"danger_now": "no", "tribal_information": "unknown",
          "child_now_at": "Not known now. Next at the stop after school."},
    answers={
        "opening.reason": "Nobody met the girls at the stop on two days.",
        "parental_resilience.pressure<": "Father is with mother and the baby at the hospital every day. | S",
        "social_connections.people_around>": "?",
        "social_connections.people_around<": "Mrs. Ortega watches from her fence until the girls are inside. | F !",
        "social_connections.staying_close>": "Cousin Sami, who met them at the stop, not since September. | F",
        "social_connections.child_turns_to<": "Noor turns to Lina; both know Mrs. Ortega by name. | F +",
        "concrete_support.essentials>": "Thin jackets, near freezing. | F",
        "parenting_knowledge.supervision>": "Alone from 15:20 until dark on two days. | S",
        "child_competence.daily_signs<": "Cheerful in the morning, Lina sings with Noor. | F +",
        "child_competence.other_children<": "Lina holds Noor's hand across the road. | F +",
    },
    heard=(
        ("social_connections<*", "Neighbor with a red dog", 140),
        ("social_connections>", "An older cousin", 205),
        ("child_competence<", "Lina holds", 165),
    ),
    people=(
        ("child", {"name": "Lina Haddad (لينا حداد)", "age": "8", "gender": "girl", "in_household": "yes"}),
        ("child", {"name": "Noor Haddad (نور حداد)", "age": "6", "gender": "girl", "in_household": "yes"}),
        ("caregiver", {"name": "Karim Haddad", "relationship": "Father"}),
    ),
    reporter={"kind": "mandated", "name": "Curtis Boyle", "phone": "555-0126", "capacity": "School bus driver"},
    minutes=8,
)  # fmt: skip
