use super::*;

fn kinds(text: &str) -> Vec<(Identifying, &str)> {
    Identifying::find(text).into_iter().map(|span| (span.kind, &text[span.range])).collect()
}

#[test]
fn what_identifies_is_found_where_it_stands() {
    use Identifying::{BirthDate, Email, NationalInsurance, NhsNumber, Registration, Telephone};
    for (text, kind, what) in [
        ("Her NHS number is 943 476 5919.", NhsNumber, "943 476 5919"),
        ("(9434765919)", NhsNumber, "9434765919"),
        ("943-476-5919", NhsNumber, "943-476-5919"),
        ("write to jo.o'hara+x@ward7.nhs.uk, please", Email, "jo.o'hara+x@ward7.nhs.uk"),
        ("call 07700 900123 now", Telephone, "07700 900123"),
        ("020 7946 0018", Telephone, "020 7946 0018"),
        ("(0161) 496 0018", Telephone, "(0161) 496 0018"),
        ("+44 7700 900123", Telephone, "+44 7700 900123"),
        ("+44 (0)20 7946 0018", Telephone, "+44 (0)20 7946 0018"),
        ("01632-960-018", Telephone, "01632-960-018"),
        ("NI: QQ no, AB 12 34 56 C yes", NationalInsurance, "AB 12 34 56 C"),
        ("ab123456d", NationalInsurance, "ab123456d"),
        ("PIN 12A3456E", Registration, "12A3456E"),
        ("his GMC number is 7654321", Registration, "7654321"),
        ("GMC: 7654321", Registration, "7654321"),
        ("GPhC reg. no. 2071234", Registration, "2071234"),
        ("HCPC PH123456", Registration, "PH123456"),
        ("born on 3 May 1961", BirthDate, "3 May 1961"),
        ("DOB: 03/05/1961", BirthDate, "03/05/1961"),
        ("d.o.b 3.5.61", BirthDate, "3.5.61"),
        ("Date of birth 1961-05-03", BirthDate, "1961-05-03"),
        ("birthday is 3rd of May 1961", BirthDate, "3rd of May 1961"),
        ("born May 3rd, 1961", BirthDate, "May 3rd, 1961"),
    ] {
        assert_eq!(kinds(text), [(kind, what)], "{text}");
    }
}

#[test]
fn a_receipt_code_is_found_however_it_is_written() {
    for (text, what) in [
        ("My code is GP1X-F3A7-QYFR-6F0D-THBR-A4SE.", "GP1X-F3A7-QYFR-6F0D-THBR-A4SE"),
        ("code:gp1x-f3a7-qyfr-6f0d-thbr-a4se", "gp1x-f3a7-qyfr-6f0d-thbr-a4se"),
        ("GP1X F3A7 QYFR 6F0D THBR A4SE", "GP1X F3A7 QYFR 6F0D THBR A4SE"),
        ("it was gp1x – f3a7 – qyfr – 6f0d – thbr – a4se I think", "gp1x – f3a7 – qyfr – 6f0d – thbr – a4se"),
        ("GP1X F3A7 QYFR\n6F0D THBR A4SE", "GP1X F3A7 QYFR\n6F0D THBR A4SE"),
        ("(GP1XF3A7QYFR6F0DTHBRA4SE)", "GP1XF3A7QYFR6F0DTHBRA4SE"),
        ("GPLX-F3A7-QYFR-6FOD-THBR-A4SE", "GPLX-F3A7-QYFR-6FOD-THBR-A4SE"),
        ("gpix f3a7 qyfr 6fod thbr a4se", "gpix f3a7 qyfr 6fod thbr a4se"),
        ("8W8800 DDAAJM CDBCRK 1QTAW5", "8W8800 DDAAJM CDBCRK 1QTAW5"),
        ("8W880 0DDAA JMCDB CRK1Q TAW5", "8W880 0DDAA JMCDB CRK1Q TAW5"),
        ("8W88-00DDAA JM CDBC RK1QTAW5", "8W88-00DDAA JM CDBC RK1QTAW5"),
        ("9 G 4 N K 0 N 4 K P K Y M B Y Y B 3 G 1 P S M Z", "9 G 4 N K 0 N 4 K P K Y M B Y Y B 3 G 1 P S M Z"),
        (
            "seen 9G4N\u{2011}K0N4\u{2011}KPKY\u{2011}MBYY\u{2011}B3G1\u{2011}PSMZ then",
            "9G4N\u{2011}K0N4\u{2011}KPKY\u{2011}MBYY\u{2011}B3G1\u{2011}PSMZ",
        ),
    ] {
        assert_eq!(kinds(text), [(Identifying::ReceiptCode, what)], "{text}");
    }
}

#[test]
fn what_only_looks_like_a_receipt_code_is_none() {
    for text in [
        // One symbol wrong; two changed places; one too few; one too many.
        "GP1X-F3A7-QYFR-6F0D-THBR-A4SF",
        "PG1X-F3A7-QYFR-6F0D-THBR-A4SE",
        "GP1X-F3A7-QYFR-6F0D-THBR-A4S",
        "GP1X-F3A7-QYFR-6F0D-THBR-A4SEE",
        // Something else between them, or touching them.
        "GP1X-F3A7-QYFR. 6F0D-THBR-A4SE",
        "xGP1XF3A7QYFR6F0DTHBRA4SE",
        // Words.
        "they said that this ward been safe",
        "each ward this year lost more beds than last year when many left here",
        "in 12 days at ward 7 there were 3 new falls",
    ] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn rows_of_words_are_hardly_ever_taken_for_a_receipt_code() {
    // Every row of six of these: one in 1,024 fits by chance, as the check has ten bits.
    let words = ["that", "this", "ward", "been", "safe", "then", "they", "were", "late", "care", "with", "have"];
    let rows: Vec<String> = (0..4096_usize)
        .map(|row| {
            (0..6)
                .map(|place| words[(row * 31 + row / 12_usize.pow(place % 3) * 7 + place as usize) % 12])
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    let alarms = rows.iter().filter(|row| !Identifying::find(row).is_empty()).count();
    assert!(alarms <= 20, "{alarms} of 4,096");
}

#[test]
fn words_that_may_fit_only_a_few_people_are_asked_about() {
    for (text, what) in [
        ("She is the only consultant here.", "the only consultant"),
        ("I was told by the only nurse on shift", "the only nurse"),
        ("We rely on our one pharmacist too much", "our one pharmacist"),
        ("the sole female vascular surgeon left", "the sole female vascular surgeon"),
        ("our only band 6 nurse", "our only band 6 nurse"),
        ("The only Polish midwife was bullied", "The only Polish midwife"),
        ("the only woman on the board", "the only woman"),
        ("the only cardiologist in the trust", "the only cardiologist"),
        ("I am the ward manager.", "I am the ward manager"),
        ("I’m the clinical director", "I’m the clinical director"),
        ("I was the nurse in charge that night", "I was the nurse"),
        ("I'm the only one who saw it", "I'm the only one"),
        ("I am the only pharmacist here", "I am the only pharmacist"),
        ("I am matron of Ward 3B", "I am matron of Ward 3B"),
        ("I am head of pharmacy", "I am head"),
        ("I work as the practice manager", "I work as the practice manager"),
        ("In my role as chief nurse I", "my role as chief nurse"),
        ("I am clinical lead for stroke", "I am clinical lead"),
        ("Ask the sister on ward 7 about it", "the sister on ward 7"),
        ("matron of Ward 3B knew", "matron of Ward 3B"),
        ("the lead pharmacist at the Northgate unit", "the lead pharmacist at the Northgate unit"),
        ("lead pharmacist at the Northgate unit", "lead pharmacist at the Northgate unit"),
        ("the charge nurse on the stroke ward", "the charge nurse on the stroke ward"),
        ("a deputy ward manager from Elm ward", "deputy ward manager from Elm ward"),
        ("the sister on ICU", "the sister on ICU"),
        ("the head of the emergency department", "the head of the emergency department"),
        ("the medical director at St Mary’s hospital", "the medical director at St Mary’s hospital"),
        ("the ward 7 sister", "ward 7 sister"),
        ("Ward 3B’s matron", "Ward 3B’s matron"),
        ("the only\nconsultant", "the only\nconsultant"),
    ] {
        assert_eq!(kinds(text), [(Identifying::FewPeople, what)], "{text}");
    }
}

#[test]
fn words_that_fit_many_people_are_passed_over() {
    for text in [
        "the only way",
        "the only time a nurse came",
        "nurses on ward 7",
        "a nurse on ward 7 told me",
        "the sisters on ward 7",
        "the only nurses on shift",
        "the only consultants",
        "one nurse told me",
        "Not only nurse Smith was there",
        "the only thing that the doctor said",
        "the only doctor appointment",
        "the only consultant-led clinic",
        "the only doctor's note",
        "I am a nurse",
        "I am a ward manager",
        "I was told by the doctor",
        "I am the patient’s son",
        "my sister on ward 7 was a patient",
        "my sister is on ward 7",
        "the manager of the hospital. The chair on ward 7 broke",
        "the matron on another ward",
        "the head on the left",
        "the consultant in the clinic",
        "a manager. On ward 7 there is none",
        "It is the only one.\n\nNurse",
        "the one-to-one nurse rota",
        "we are short of doctors, nurses and a pharmacist at the unit",
        "the lead came off the monitor on ward 7",
        "They took it in the middle of the ward",
    ] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn only_few_people_is_a_question() {
    let questions: Vec<_> = Identifying::ALL.iter().filter(|kind| kind.is_question()).collect();
    assert_eq!(questions, [&Identifying::FewPeople]);
}

#[test]
fn ordinary_text_raises_no_alarm() {
    for text in [
        "On 12/03/2026 at ward 7 there were 14 patients.",
        "943 476 5918",
        "1111111111",
        "It cost £1,234,567 or 12345678901 pence.",
        "Ref 943476591955 in the log",
        "section 43B of the 1996 Act, clause 12A",
        "room 0123",
        "We waited 18 weeks, 126 days, from 2024-01-03 to 2024-05-08",
        "GMC guidance of 2024 was ignored",
        "GB 12 34 56 C",
        "e-mail me @ward",
        "born leaders were promoted",
        "the 2020/21 accounts, page 345",
        "00000000000",
        // No number begins so; all alike; one digit too few; two too many.
        "0412 345 6789",
        "07777 777777",
        "0161 496 00",
        "0161 496 0018 12",
        "x07700900123y",
    ] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn several_are_told_in_order_without_overlap() {
    let found = Identifying::find("jo@example.org, 07700 900123, 943 476 5919 and jo@example.org");
    let kinds: Vec<_> = found.iter().map(|span| span.kind).collect();
    assert_eq!(kinds, [Identifying::Email, Identifying::Telephone, Identifying::NhsNumber, Identifying::Email]);
    assert!(found.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start));
}

#[test]
fn every_tenth_digit_but_one_is_refused() {
    let valid = (0..10).filter(|last| nhs_number(&format!("943476591{last}"))).collect::<Vec<_>>();
    assert_eq!(valid, [9]);
}

#[test]
fn a_long_text_is_read_to_its_end_whatever_is_in_it() {
    for part in
        ["0 ", "a@", "a ", "7KQM ", "the only ", "i am the ", "ward 7 ", "head of ", "-", "the the ", "'a", "1-"]
    {
        let _ = Identifying::find(&part.repeat(20_000 / part.len()));
    }
    assert_eq!(Identifying::find(&"0 ".repeat(10_000)), []);
    assert_eq!(Identifying::find(&"a@".repeat(10_000)), []);
    assert_eq!(Identifying::find(&"a@b.c ".repeat(20_000)).len(), 20_000, "however many there are");
}
