"""Invented calls for the demonstration; no family, person or place in them is real.

An answer stands under its pair and side (`>` worry, `<` working well); `?` is "doesn't know", `-`
is declined. After a bar come its marks: F first-hand, S second-hand, + strength, ! act of
protection. Heard notes are lines of the narrative, filed under a factor and side, some put to the
core prompt of that side (`*`).
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Story:
    """What one caller told, and what the worker decided."""

    narrative: str
    call: dict[str, str]
    answers: dict[str, str]
    heard: tuple[tuple[str, str, int], ...] = ()  # (factor and side, beginning of the line, second)
    people: tuple[tuple[str, dict[str, str]], ...] = ()
    concerns: tuple[dict[str, str], ...] = ()
    reporter: dict[str, str] = field(default_factory=dict)
    decision: dict[str, str] = field(default_factory=dict)
    minutes: int = 18  # on the phone


SAFE = {"danger_now": "no", "responder_safety": "no", "tribal_information": "no"}

MARIN = Story(
    narrative="""\
Caller teaches second grade. Leo Marin (7) came without lunch Mon, Tue and Thu this week.
Asked for seconds at breakfast every day. Weight not noticeably changed, caller says.
Tue at pick-up he said: "Mom sleeps all day now. I make the cereal."
Mother Dana Marin lost night shifts at the packing plant in October.
Before that: never late, came to both conferences.
School phoned Tue 10:15, mother called back within the hour, voice slow, apologized.
She asked what the weekend food bags are and signed up.
Grandmother (Alma, mother's mother) collects him every Wednesday, two years now.
Last Fri nobody came until 16:20, office waited with him. Mother came running, out of breath.
No bruises, no fear of mother seen. He runs to her.
Caller does not know of drinking or drugs. Father not known to the school.
""",
    call=SAFE | {"child_now_at": "In class until 14:45, then grandmother (Wednesday)."},
    answers={
        "parental_resilience.pressure>": "Since October in bed when Leo comes home; he eats what "
        "he finds. | S",
        "parental_resilience.pressure<": "Called the school back the same day and asked for the "
        "food bags. | F !",
        "parental_resilience.strain_at_home>": "?",
        "parental_resilience.outlook<": 'Told the office: "I have an interview on the 3rd, days '
        'this time." | F +',
        "social_connections.people_around>": "?",
        "social_connections.people_around<": "Grandmother Alma every Wednesday, cooks and checks "
        "homework. | F !",
        "social_connections.staying_close>": "Aunt who lived downstairs moved away in summer. | S",
        "social_connections.fast_help<": "Friday: mother phoned the office from the bus, asked "
        "them to keep him. | F !",
        "concrete_support.essentials>": "No lunch on three days; on Monday no dinner either, he "
        "said. | F",
        "concrete_support.essentials<": "Winter coat, shoes that fit, rent paid until January. | S +",
        "concrete_support.services<": "Weekend food bags started this Friday. | F +",
        "parenting_knowledge.fits_age>": "Gets himself up, dressed and to the bus stop alone. | S",
        "parenting_knowledge.fits_age<": "Reads with him at bedtime when she is well. | S +",
        "parenting_knowledge.supervision>": "Late pick-up on Friday, 50 minutes. | F",
        "child_competence.daily_signs>": "Quieter since October; put his head down in math twice. | F",
        "child_competence.daily_signs<": "At grade level in reading, laughs with Mia and Jo. | F +",
        "child_competence.own_words>": '"Mom sleeps all day now. I make the cereal." | F',
        "child_competence.settling<": "Settles at once with grandmother. | F +",
        "opening.reason": "Third day this week without lunch; wants to know he is looked after.",
        "opening.first_hand": "Lunches, pick-up and what Leo said: herself. Mornings: from Leo.",
        "next_steps.tried": "School phoned, food bags, counselor met Leo once.",
        "next_steps.should_happen": "Someone should see how mother is doing.",
        "next_steps.who_could_help": "Grandmother; the school's family liaison.",
        "closing.scale": "6",
        "closing.scale_reason": "Mother answers and he is not afraid of her.",
        "closing.how_sure": "Sure of what I saw; mornings only from Leo.",
    },
    heard=(
        ("social_connections<*", "Grandmother (Alma", 205),
        ("concrete_support<", "She asked what", 260),
        ("parenting_knowledge>", "Last Fri nobody", 330),
    ),
    people=(
        ("child", {"name": "Leo Marin", "age": "7", "gender": "boy", "is_alleged_victim": "yes",
                   "school_or_care": "Second grade, Alder Street School", "last_seen": "Today, in class",
                   "current_location": "In class", "in_household": "yes"}),
        ("caregiver", {"name": "Dana Marin", "age": "about 30", "relationship": "Mother",
                       "is_alleged_maltreater": "yes", "in_household": "yes",
                       "address": "14 Quarry Row, upper flat"}),
        ("other", {"name": "Alma Marin", "relationship": "Grandmother, mother's mother",
                   "access_to_child": "Wednesdays and on call"}),
    ),
    concerns=(
        {"type": "general_neglect", "what": "Without lunch on three days; late pick-up on Friday",
         "when": "Since mid-October, three days this week", "where": "Home", "source": "first_hand",
         "injury": "None seen", "witnesses": "School office"},
    ),
    reporter={"kind": "mandated", "confidentiality_advised": "yes", "name": "Ines Abernathy",
              "phone": "555-0142", "relationship": "Teacher", "capacity": "Second-grade teacher",
              "basis_of_knowledge": "Sees Leo every school day."},
    decision={
        "screening": "in_person", "priority": "ten_days",
        "rationale": "Missed meals and one late pick-up since October, reported first-hand, with "
        "an effect the teacher sees (tired, quieter). Mother responds the same day and took up the "
        "food bags; grandmother is with him every Wednesday. No injury, no fear, no present danger.",
        "working_well_bearing": "Grandmother's Wednesdays and mother's same-day reply mean that he "
        "is not alone with this tonight; they are why ten days and not sooner.",
        "harm_statement": "Leo went without lunch on three days and said he makes his own "
        "breakfast; he was too tired to follow math twice.",
        "danger_statement": "If mother's sleep and lost income go on, Leo may go without food or "
        "be left waiting again.",
        "next_steps": "See mother and grandmother together; ask about sleep, work and the food bags.",
        "cross_reports": "Law enforcement: not due, general neglect.",
    },
)  # fmt: skip

QUIROZ = Story(
    narrative="""\
Caller lives next door, does not want to give a name.
Shouting through the wall most evenings since August, man and woman.
Last night about 23:00 something broke, then quiet, then a child crying.
Caller opened the door: Alba (about 5) stood on the landing in pajamas, no shoes.
Older brother Ismael, maybe 12, came out, took her hand, went to his room with her. Door closed.
Father's car was there. Caller did not see anybody hit anybody.
Once in September mother took both children to her cousin on Pine Street overnight.
Caller hears the brother read to her in the evening.
Mother nods but does not talk on the stairs, used to chat.
""",
    call={"danger_now": "unknown", "responder_safety": "yes", "tribal_information": "unknown",
          "child_now_at": "At home with both parents, as far as caller knows.",
          "responder_safety_details": "Large dog on the landing in the evening. Father has "
          "shouted at a delivery driver.", "is_domestic_violence": "yes"},
    answers={
        "parental_resilience.pressure>": "Shouting when father comes home late, most evenings. | F",
        "parental_resilience.pressure<": "Once took both children to her cousin until it was "
        "quiet. | F !",
        "parental_resilience.strain_at_home>": "Beer cans by the bins on Mondays, whose is not "
        "known. | F",
        "social_connections.people_around>": "Nobody comes to the door any more. | F",
        "social_connections.people_around<": "Cousin on Pine Street is called when it is bad. | S !",
        "social_connections.contact>": "Mother stopped talking on the stairs in August. | F",
        "concrete_support.essentials>": "?",
        "concrete_support.essentials<": "Flat is warm, father works. | F +",
        "parenting_knowledge.misbehaving>": "Alba stood on the landing at 23:00 without shoes. | F",
        "parenting_knowledge.supervision<": "Brother reads to her every evening. | F +",
        "child_competence.daily_signs>": "Flinches when a door slams. | F",
        "child_competence.settling<": "Her brother: she laughs with him on the stairs. | F +",
        "opening.first_hand": "Heard it through the wall; saw Alba on the landing herself.",
        "next_steps.best_time": "After 18:00; before that mother alone.",
        "closing.scale": "3",
        "closing.missed": "-",
    },
    heard=(
        ("child_competence<*", "Older brother Ismael", 190),
        ("social_connections<", "Once in September", 250),
        ("parental_resilience>*", "Last night about", 120),
    ),
    people=(
        ("child", {"name": "Alba Quiroz", "age": "about 5", "gender": "girl",
                   "is_alleged_victim": "yes", "last_seen": "Last night on the landing"}),
        ("child", {"name": "Ismael Quiroz", "age": "about 12", "gender": "boy",
                   "relationship": "Brother", "in_household": "yes"}),
        ("caregiver", {"name": "Marta Quiroz", "relationship": "Mother", "in_household": "yes"}),
        ("caregiver", {"is_unknown": "yes", "relationship": "Father", "in_household": "yes",
                       "is_alleged_maltreater": "yes", "access_to_child": "Lives there"}),
    ),
    concerns=(
        {"type": "emotional_abuse", "what": "Nightly shouting, something broken, Alba outside at night",
         "when": "Since August; last night 23:00", "where": "Home and landing", "source": "first_hand"},
    ),
    reporter={"kind": "anonymous", "confidentiality_advised": "yes",
              "refusal_reason": "Lives wall to wall and is afraid of the father.",
              "basis_of_knowledge": "Hears it through the wall."},
    decision={
        "screening": "in_person", "priority": "five_days",
        "rationale": "A young child outside at night after something broke, shouting most evenings "
        "for three months. Brother and mother have both acted to keep her away from it. Nobody was "
        "seen hurt; whether violence happens is not known.",
        "working_well_bearing": "Mother has left for the night once and the cousin is reachable.",
        "danger_statement": "Alba may be hurt or alone at night when the parents fight.",
        "cross_reports": "Law enforcement: told by phone 10:40, desk officer, no unit sent.",
    },
)  # fmt: skip

REYES = Story(
    narrative="""\
Llamada en español con intérprete (Elena, by phone).
Caller worries about a relative's baby, Mateo, 4 months.
Mother Yesenia (19) moved in with a friend in Harlow Court after the father left in September.
Caller was there Saturday with aunt Rosario: baby in a car seat on the floor, diaper soaked, rash on both thighs.
Formula mixed thin "para que dure", to make it last.
Yesenia cried, said "no puedo sola, tía ayúdame".
Rosario took both to her place for two nights, all went to the clinic Monday.
Clinic gave cream and a formula voucher; weight 5.9 kg, to be seen again Friday.
Yesenia went back Tuesday, answers her phone every day, sends photos of the baby.
Friend's boyfriend smokes inside. Caller has not seen drugs.
""",
    call={"danger_now": "no", "responder_safety": "unknown", "tribal_information": "no",
          "language": "es", "interpreter": "Elena, telephone interpreter, second call",
          "callback_wanted": "yes", "callback_time": "After 17:00, in Spanish",
          "child_now_at": "With mother at Harlow Court."},
    answers={
        "parental_resilience.pressure>": "Cries, stays in bed with the baby beside her. | F",
        "parental_resilience.pressure<": "Said herself that she cannot do it alone and asked for "
        "help. | F +",
        "social_connections.people_around>": "Boyfriend of the friend smokes beside the baby. | F",
        "social_connections.people_around<": "Rosario took both in for two nights and would "
        "again. | F !",
        "social_connections.fast_help<": "Same day: she came when Rosario called. | F",
        "concrete_support.essentials>": "Formula thinned to make it last; no crib. | F",
        "concrete_support.essentials<": "Voucher for formula since Monday. | F +",
        "concrete_support.health_care<": "Clinic on Monday: cream, weight, next visit Friday. | F !",
        "parenting_knowledge.fits_age>": "Left him in the car seat to sleep for hours. | F",
        "parenting_knowledge.advice<": "Mixed the formula right once the nurse showed her. | F +",
        "child_competence.daily_signs>": "Rash, cried weakly on Saturday. | F",
        "child_competence.daily_signs<": "Smiles at her, drank well at the clinic. | F +",
        "next_steps.should_happen": "Someone who comes to her and shows her, and a crib.",
        "closing.scale": "5",
    },
    heard=(
        ("concrete_support>*", "Formula mixed thin", 210),
        ("concrete_support<", "Clinic gave cream", 340),
        ("social_connections<*", "Rosario took both", 300),
    ),
    people=(
        ("child", {"name": "Mateo Reyes", "age": "4 months", "is_alleged_victim": "yes",
                   "current_location": "With mother", "in_household": "yes", "language": "Spanish"}),
        ("caregiver", {"name": "Yesenia Reyes", "age": "19", "relationship": "Mother",
                       "language": "Spanish", "is_alleged_maltreater": "yes"}),
        ("other", {"name": "Rosario Beltrán", "relationship": "Aunt",
                   "access_to_child": "Took both in for two nights"}),
    ),
    concerns=(
        {"type": "general_neglect", "what": "Thinned formula, soaked diaper, rash; no safe place to sleep",
         "when": "Saturday; formula for about a week", "where": "Harlow Court", "injury": "Rash on both "
         "thighs, treated Monday", "source": "first_hand"},
    ),
    reporter={"kind": "non_mandated", "confidentiality_advised": "yes", "name": "Noemí Rivas",
              "phone": "555-0117", "callback_number": "555-0118", "relationship": "Cousin",
              "basis_of_knowledge": "Was there on Saturday and at the clinic."},
    decision={
        "screening": "community_response", "path": "path_1",
        "rationale": "The worry is money, sleep and a nineteen-year-old alone with a baby. She asked "
        "for help, took it, and the clinic sees him on Friday. With a crib, formula and a visiting "
        "nurse the worry would be resolved; no report of harm that meets the criteria.",
        "working_well_bearing": "Aunt takes them in, clinic follow-up is booked, mother applied what "
        "she was shown: this is why a community response fits.",
        "next_steps": "Visiting nurse and crib programme called, both accept; call aunt Friday evening.",
        "cross_reports": "None due.",
    },
    minutes=31,
)  # fmt: skip

WINTERS = Story(
    narrative="""\
Caller is a nurse in the emergency room of the county hospital.
Jonah Winters, 3 years, brought 18:50 by mother's partner, left arm swollen. Spiral fracture.
Partner says he fell off the couch. Pediatrician: does not fit that fall.
Yellow bruise on the back about a week old, partner "did not know".
Mother on shift, arrived 19:40, crying, asked to stay with him, held his other hand.
Mother said she did not know about the bruise and that partner started minding him two weeks ago.
Maternal grandfather is on his way, 2 hours out, wants to take him.
Mother told the nurse they are enrolled with the Redwood Creek tribe (grandfather is).
Partner left the hospital at 20:05 after the doctor asked questions.
""",
    call={"danger_now": "yes", "responder_safety": "yes", "tribal_information": "yes",
          "tribe": "Redwood Creek (invented)", "tribal_basis": "Mother says; grandfather is enrolled",
          "child_now_at": "Emergency room, bay 4, with mother and a nurse.",
          "responder_safety_details": "Partner left angry, drives a gray pickup, may be at the home."},
    answers={
        "parental_resilience.pressure>": "?",
        "parental_resilience.pressure<": "Came at once, asked questions, did not leave him. | F !",
        "social_connections.people_around>": "Partner alone with him for two weeks. | S",
        "social_connections.people_around<": "Grandfather drives two hours to take him. | S !",
        "concrete_support.essentials<": "Insured, own pediatrician, all shots. | F +",
        "parenting_knowledge.supervision>": "Left with a partner she has known for two months. | S",
        "parenting_knowledge.noticing_needs>": "Bruise not noticed, she says. | S",
        "child_competence.daily_signs>": "Silent while the partner was in the room. | F",
        "child_competence.own_words>": '"Rob squeeze." Said once to the nurse, pointing. | F',
        "child_competence.settling<": "Stopped crying when mother held his hand. | F +",
        "opening.first_hand": "Arm, bruise, who said what: the nurse herself.",
        "closing.scale": "1",
        "closing.scale_raise": "Knowing the partner cannot get to him.",
    },
    heard=(
        ("social_connections<*", "Maternal grandfather", 240),
        ("parental_resilience<*", "Mother on shift", 150),
    ),
    people=(
        ("child", {"name": "Jonah Winters", "age": "3", "gender": "boy", "is_alleged_victim": "yes",
                   "current_location": "Emergency room, bay 4", "birth_date": "2023-04-17"}),
        ("caregiver", {"name": "Kayla Winters", "relationship": "Mother", "in_household": "yes"}),
        ("caregiver", {"name": "Rob, last name not known", "relationship": "Mother's partner",
                       "is_alleged_maltreater": "yes", "access_to_child": "Minds him when she works",
                       "current_location": "Left the hospital 20:05"}),
        ("other", {"name": "Earl Winters", "relationship": "Grandfather, mother's father"}),
    ),
    concerns=(
        {"type": "physical_abuse", "what": "Spiral fracture of the left arm; older bruise on the back",
         "when": "Today before 18:50; bruise about a week old", "where": "Home",
         "injury": "Fracture, bruise", "witnesses": "Pediatrician, nurse", "source": "first_hand"},
    ),
    reporter={"kind": "mandated", "confidentiality_advised": "yes", "name": "Theo Lindqvist",
              "phone": "555-0163", "capacity": "Emergency room nurse",
              "basis_of_knowledge": "Treats the child."},
    decision={
        "screening": "in_person", "priority": "immediate",
        "rationale": "Fracture that does not fit the account, older bruise, a three-year-old's words, "
        "and the partner has left. Response tonight at the hospital. Mother and grandfather are "
        "protective as far as seen; whether mother can keep the partner away is not known.",
        "working_well_bearing": "Mother stayed and grandfather is coming: the child need not leave "
        "the hospital without family.",
        "harm_statement": "Jonah's arm was broken while he was with mother's partner.",
        "danger_statement": "Jonah may be hurt badly if the partner is alone with him again.",
        "next_steps": "Responder to the hospital; tribe's ICWA desk in the morning.",
        "cross_reports": "Law enforcement told 20:25. Tribe: notice in the morning. District "
        "attorney: with the written report.",
    },
    minutes=14,
)  # fmt: skip

NGUYEN = Story(
    narrative="""\
School counselor. Nguyễn Thị Ánh (14), 9th grade, told her today that she sleeps at a friend's.
Since Sunday. Argument with father about grades, he took her phone and "threw a chair, not at me".
She is not afraid to go home "when he has slept". Mother works nights at the bakery.
Friend's mother, Mrs. Phạm, agreed, texts Ánh's mother every evening.
Ánh has eaten, is in school every day, no marks seen, laughs with friends.
Father came to school this morning, asked for a meeting, said he was wrong about the chair.
Counselor offered a family meeting Thursday, both parents said yes.
""",
    call=SAFE | {"child_now_at": "In school; tonight at Mrs. Phạm's."},
    answers={
        "parental_resilience.pressure>": "Threw a chair on Sunday; first time, Ánh says. | S",
        "parental_resilience.pressure<": "Came to school by himself and said he was wrong. | F !",
        "parental_resilience.too_much<": "Goes out to the garage when he is angry, usually. | S +",
        "social_connections.people_around<": "Mrs. Phạm took her in and texts mother daily. | F !",
        "social_connections.child_turns_to<": "Counselor, Mrs. Phạm, older cousin. | F +",
        "concrete_support.essentials<": "Meals, bed, bus pass. | F +",
        "parenting_knowledge.fits_age>": "Only top grades; no phone for a month. | S",
        "parenting_knowledge.advice<": "Both parents said yes to a meeting on Thursday. | F +",
        "child_competence.daily_signs>": "Tired on Monday. | F",
        "child_competence.daily_signs<": "In school every day, choir, laughs. | F +",
        "child_competence.own_words<": '"I can go home when he has slept." | F',
        "closing.scale": "8",
    },
    heard=(("parental_resilience<*", "Father came to school", 200),
           ("social_connections<", "Friend's mother", 150)),
    people=(
        ("child", {"name": "Nguyễn Thị Ánh", "age": "14", "gender": "girl", "is_alleged_victim": "yes",
                   "school_or_care": "9th grade, Harbor High", "language": "Vietnamese and English"}),
        ("caregiver", {"name": "Nguyễn Văn Phúc", "relationship": "Father", "in_household": "yes",
                       "is_alleged_maltreater": "yes"}),
        ("caregiver", {"name": "Lê Thị Hoa", "relationship": "Mother", "in_household": "yes"}),
        ("other", {"name": "Mrs. Phạm", "relationship": "Mother of a friend"}),
    ),
    concerns=(
        {"type": "emotional_abuse", "what": "Chair thrown in an argument, not at her", "when": "Sunday",
         "where": "Home", "injury": "None", "source": "second_hand"},
    ),
    reporter={"kind": "mandated", "confidentiality_advised": "yes", "name": "Samira Okonjo",
              "phone": "555-0109", "capacity": "School counselor",
              "basis_of_knowledge": "Ánh told her today."},
    decision={
        "screening": "evaluated_out",
        "rationale": "One argument, nobody hurt, she is looked after and not afraid, father came by "
        "himself and both parents meet the counselor on Thursday. Does not meet the criteria. Kept on "
        "record.",
        "working_well_bearing": "Family and school already do what we would ask for.",
        "next_steps": "Counselor calls again if the meeting does not happen.",
        "cross_reports": "None due.",
    },
)  # fmt: skip

SAHIN = Story(
    narrative="""\
Neighbor from the ground floor. Emre Şahin (4) alone on the second-floor balcony, twice this week.
Tue around 19:00 about 20 minutes, Thu about 10, he called down "abla, look".
Balcony door was open, railing low, a chair beside it.
His aunt Şükrü Hanım from upstairs came down both times and took him in.
Since Friday the door has a new lock, uncle fixed it, caller saw him.
Mother Aylin delivers food in the evening, father abroad for work until May.
He is friendly, well dressed, plays with caller's dog.
""",
    call=SAFE | {"child_now_at": "With his aunt upstairs, caller just saw him."},
    answers={
        "parental_resilience.pressure>": "Goes to work with nobody in the flat. | F",
        "social_connections.people_around<": "Aunt takes him in; uncle fixed the door. | F !",
        "concrete_support.running_short<": "Took evening deliveries so that rent is paid. | S +",
        "parenting_knowledge.supervision>": "Alone twice this week, 10 and 20 minutes. | F",
        "parenting_knowledge.supervision<": "New lock on the balcony since Friday. | F !",
        "child_competence.daily_signs<": "Friendly, plays, well dressed. | F +",
        "concrete_support.essentials>": "?",
    },
    heard=(("social_connections<*", "His aunt", 95), ("parenting_knowledge>*", "Tue around 19:00", 60)),
    people=(
        ("child", {"name": "Emre Şahin", "age": "4", "gender": "boy", "is_alleged_victim": "yes"}),
        ("caregiver", {"name": "Aylin Şahin", "relationship": "Mother"}),
        ("other", {"name": "Şükrü Demir", "relationship": "Aunt, lives upstairs"}),
    ),
    concerns=({"type": "general_neglect", "what": "Alone on the balcony twice", "source": "first_hand"},),
    reporter={"kind": "non_mandated", "name": "Walter Finch", "phone": "555-0171",
              "relationship": "Neighbor"},
    decision={
        "screening": "in_person", "priority": "ten_days",
        "rationale": "A four-year-old alone twice at an open balcony. The family has already put a "
        "lock on the door and the aunt steps in; evenings need a plan.",
        "working_well_bearing": "Lock and aunt make tonight safer; hence ten days.",
        "cross_reports": "None due, general neglect.",
    },
)  # fmt: skip

HADDAD = Story(
    narrative="""\
Caller drives the school bus. Sisters Noor (6) and Lina (8) Haddad (حداد).
Mon and Wed nobody at the stop, Lina had a key on a string.
Lina said "baba is at the hospital with the baby, he comes when it is dark".
New baby since about two weeks, mother still in hospital, caller heard.
Both girls in thin jackets on Wed, had eaten at school.
Neighbor with a red dog, "Mrs. Ortega", stood at her fence until they were inside.
Lina holds Noor's hand across Mill Road, always.
He drove past at 16:30 on Wed: light on, girls waved from the window.
An older cousin used to meet them, not seen since September.
""",
    call={"danger_now": "no", "tribal_information": "unknown",
          "child_now_at": "At school until 15:00 today."},
    answers={
        "opening.reason": "Nobody meets the girls at the stop twice this week.",
        "parental_resilience.pressure<": "Father is with the baby at the hospital every day. | S",
        "social_connections.people_around>": "?",
        "social_connections.people_around<": "Mrs. Ortega watches from her fence until the girls are "
        "inside. | F !",
        "social_connections.staying_close>": "Cousin who met them at the stop, not since September. | F",
        "concrete_support.essentials>": "Thin jackets on Wednesday, it was near freezing. | F",
        "parenting_knowledge.supervision>": "Alone from 15:20 until dark, Mon and Wed. | S",
        "child_competence.daily_signs<": "Cheerful on the bus, sings with Noor. | F +",
        "child_competence.other_children<": "Lina holds Noor's hand across the street. | F +",
    },
    heard=(
        ("social_connections<*", "Neighbor with a red dog", 128),
        ("social_connections>", "An older cousin", 205),
        ("child_competence<", "Lina holds", 150),
    ),
    people=(("child", {"name": "Lina Haddad", "age": "8"}), ("child", {"name": "Noor Haddad", "age": "6"})),
    reporter={"kind": "mandated", "name": "Curtis Boyle", "phone": "555-0126",
              "capacity": "School bus driver"},
)  # fmt: skip

DROPPED = Story(
    narrative="""\
Caller whispers. Her nephew is with his father this weekend.
Says he "locks him in the room", she has to go, somebody is coming
""",
    call={"danger_now": "unknown", "callback_wanted": "yes", "callback_time": "Text first"},
    answers={},
    reporter={"phone": "555-0155"},
)  # fmt: skip

LI = Story(
    narrative="""\
Pharmacist. Father of 李雷 (2 years) bought the third bottle of cough syrup this week.
Boy sat in the stroller, sleepy, answered to his name, drank from a cup.
Father said the boy coughs all night and he has not slept, asked what else helps.
Pharmacist explained the dose; father wrote it on his hand, thanked him.
""",
    call=SAFE | {"responder_safety": "unknown", "child_now_at": "On the way home with his father."},
    answers={
        "concrete_support.health_care>": "No doctor seen for the cough yet. | S",
        "concrete_support.health_care<": "Father asked and wrote the dose down. | F !",
        "parental_resilience.pressure>": "Has not slept for days. | F",
        "parental_resilience.pressure<": "Asked for advice instead of guessing on. | F +",
        "parenting_knowledge.noticing_needs>": "Three bottles in a week for a two-year-old. | F",
        "child_competence.daily_signs>": "Sleepy at four in the afternoon. | F",
        "social_connections.people_around>": "-",
    },
    people=(("child", {"name": "李雷", "age": "2", "is_alleged_victim": "yes"}),
            ("caregiver", {"is_unknown": "yes", "relationship": "Father"})),
    concerns=({"type": "general_neglect", "what": "May give too much cough syrup", "source": "first_hand"},),
    reporter={"kind": "mandated", "confidentiality_advised": "yes", "name": "Dmitri Volkov",
              "phone": "555-0184", "capacity": "Pharmacist"},
)  # fmt: skip
