use super::*;

/// Every question answered.
const CONCERN: &str = r#"{"format":"candour-message-v1","box":"01010101010101010101010101010101","report":"0303030303030303","seq":1,"kind":"concern","route":"staff-concern","on":"2026-12-01","areas":["integrated-care"],"answers":{"organisation_type":"nhs-trust","organisation":"A trust","about":["patient-safety","cover-up"],"description":"It has gone on\nfor months.","ongoing":"may-happen","when":"Last spring","serious_harm":"not-sure","raised_internally":"yes","raised_detail":"Nothing.","role":"nurse-or-midwife","documents":"Minutes","area":["integrated-care"],"use_concerns":"The rota"},"reply_to":"age1","salt":"0505050505050505050505050505050505050505050505050505050505050505","attachments":[{"name":"a.pdf","media_type":"application/pdf","size":3,"sha256":"0202020202020202020202020202020202020202020202020202020202020202"}]}"#;
/// No more answered than is needed.
const SHORT: &str = r#"{"format":"candour-message-v1","box":"01010101010101010101010101010101","report":"0303030303030303","seq":1,"kind":"concern","route":"procurement","on":"2026-12-01","areas":[],"answers":{"about":["other"],"description":"It has gone on for months."},"reply_to":"age1","salt":"0505050505050505050505050505050505050505050505050505050505050505","attachments":[]}"#;
const FOLLOW_UP: &str = r#"{"format":"candour-message-v1","box":"01010101010101010101010101010101","report":"0303030303030303","seq":2,"kind":"follow-up","route":"staff-concern","on":"2026-12-01","areas":[],"text":"More.","reply_to":"age1","salt":"0505050505050505050505050505050505050505050505050505050505050505","attachments":[]}"#;
/// Files alone.
const FILES: &str = r#"{"format":"candour-message-v1","box":"01010101010101010101010101010101","report":"0303030303030303","seq":2,"kind":"follow-up","route":"staff-concern","on":"2026-12-01","areas":[],"text":"","reply_to":"age1","salt":"0505050505050505050505050505050505050505050505050505050505050505","attachments":[{"name":"a.pdf","media_type":"application/pdf","size":3,"sha256":"0202020202020202020202020202020202020202020202020202020202020202"}]}"#;
const WITHDRAWAL: &str = r#"{"format":"candour-message-v1","box":"01010101010101010101010101010101","report":"0303030303030303","seq":3,"kind":"withdrawal","route":"staff-concern","on":"2026-12-01","areas":[],"reply_to":"age1","salt":"0505050505050505050505050505050505050505050505050505050505050505","attachments":[]}"#;

fn again(json: &str) -> Result<String, serde_json::Error> {
    serde_json::from_str::<Message>(json).and_then(|message| serde_json::to_string(&message))
}

#[test]
fn each_kind_is_written_as_it_was_in_the_first_version() {
    for json in [CONCERN, SHORT, FOLLOW_UP, FILES, WITHDRAWAL] {
        assert_eq!(again(json).unwrap(), json);
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    let contradictions = [
        // A kind without its part, or with another's.
        SHORT.replace(r#""answers":{"about":["other"],"description":"It has gone on for months."},"#, ""),
        SHORT.replace(r#""reply_to""#, r#""text":"More.","reply_to""#),
        SHORT.replace(r#""kind":"concern""#, r#""kind":"follow-up""#),
        SHORT.replace(r#""kind":"concern""#, r#""kind":"withdrawal""#),
        FOLLOW_UP.replace(r#""text":"More.","#, ""),
        FOLLOW_UP.replace(r#""kind":"follow-up""#, r#""kind":"concern""#),
        FOLLOW_UP.replace(r#""kind":"follow-up""#, r#""kind":"withdrawal""#),
        WITHDRAWAL.replace(r#""kind":"withdrawal""#, r#""kind":"concern""#),
        WITHDRAWAL.replace(r#""kind":"withdrawal""#, r#""kind":"follow-up""#),
        // Neither a text nor a file; a file without the place of a text.
        FOLLOW_UP.replace(r#""text":"More.""#, r#""text":"""#),
        FILES.replace(r#""text":"","#, ""),
        // Areas that the person did not choose.
        SHORT.replace(r#""areas":[]"#, r#""areas":["competition"]"#),
        CONCERN.replace(r#""areas":["integrated-care"]"#, r#""areas":[]"#),
        WITHDRAWAL.replace(r#""areas":[]"#, r#""areas":["competition"]"#),
        // Something else.
        WITHDRAWAL.replace("candour-message-v1", "candour-answer-v1"),
        WITHDRAWAL.replace(r#""areas":[]"#, r#""areas":[],"more":1"#),
    ];
    for json in contradictions {
        assert!(again(&json).is_err(), "{json}");
        assert!(![SHORT, CONCERN, FOLLOW_UP, FILES, WITHDRAWAL].contains(&json.as_str()), "nothing was changed");
    }
}

#[test]
fn what_the_person_wrote_in_words_of_their_own_is_found_in_each_kind() {
    let texts = |json: &str| -> Vec<String> {
        let message: Message = serde_json::from_str(json).unwrap();
        message.content.texts().map(|text| text.as_str().to_owned()).collect()
    };
    let of_concern = texts(CONCERN);
    for text in ["A trust", "It has gone on\nfor months.", "Last spring", "Nothing.", "Minutes", "The rota"] {
        assert!(of_concern.iter().any(|found| found == text), "{text}");
    }
    assert_eq!(of_concern.len(), 6, "what was chosen is in no words of theirs");
    assert_eq!(texts(SHORT), ["It has gone on for months."]);
    assert_eq!(texts(FOLLOW_UP), ["More."]);
    assert_eq!(texts(FILES), [""; 0]);
    assert_eq!(texts(WITHDRAWAL), [""; 0]);
}
