use super::*;
use crate::web::address::tests::ONION_NAME;

fn error(text: &str) -> String {
    Config::parse(text).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn nothing_need_be_set() {
    let config = Config::parse("").unwrap();
    assert_eq!((config.limits.attachments, config.limits.attachment_mib), (10, 250));
    assert_eq!(config.attachment_bytes(), ATTACHMENT_BYTES);
    config.check().unwrap();
}

#[test]
fn the_example_has_every_setting_with_its_default() {
    let example = include_str!("../../../deploy/candour.toml");
    assert_eq!(format!("{:?}", Config::parse(example).unwrap()), format!("{:?}", Config::default()));
    // With what is commented out too, nothing is left unset.
    let all: Vec<&str> = example
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|setting| setting.contains(" = ")).unwrap_or(line))
        .collect();
    let all = all.join("\n").replace("….onion", &format!("{ONION_NAME}.onion"));
    let all = Config::parse(&all).unwrap();
    let shown = format!("{all:?}").replace(&format!("{:?}", all.contacts), "");
    assert_eq!(shown.matches("None").count(), 1, "the logo's bytes: {shown}");
    let shown = format!("{:?} {:?}", all.contacts.checked_on, all.contacts.guardian);
    assert!(!shown.contains("None"), "one contact has all that one may have: {shown}");
}

#[test]
fn what_is_set_is_taken_and_the_rest_stays() {
    let text = "[limits]\nattachments = 3\n[service]\nname = \"Speak up\"\n[contacts.advice]\nname = \"Us\"\nlink = \"https://a.example/\"";
    let config = Config::parse(text).unwrap();
    assert_eq!((config.limits.attachments, config.limits.attachment_mib), (3, 250));
    assert_eq!((config.service.name.as_str(), config.service.body.as_str()), ("Speak up", "the governance team"));
    assert_eq!(config.contacts.advice.name, "Us");
}

#[test]
fn what_can_not_be_used_is_refused_in_one_line() {
    for (text, part) in [
        ("[limits]\nattachment = 3", "line 2"),
        ("[limit]", "unknown field"),
        ("limits = ", "line 1"),
        ("[limits]\nattachments = 101", "limits.attachments"),
        ("[limits]\nattachment_mib = 0", "limits.attachment_mib"),
        ("[service]\nname = \" \"", "service.name"),
        ("[service]\neveryday_page = \"http://plain.example\"", "service.everyday_page"),
        ("[service]\neveryday_page = \"https://a.example/; x\"", "service.everyday_page"),
        ("[service]\nonion = \"http://box.example\"", "service.onion"),
        (
            "[service]\nonion = \"http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.onion\"",
            "its checksum does not fit; copy it from /var/lib/tor/candour/hostname",
        ),
        ("[service]\naddress = \"https://box.example/status\"", "service.address"),
        ("[limits]\ncode_checks_a_minute = 0", "limits.code_checks_a_minute"),
        ("[limits]\nsends_a_minute = 0", "limits.sends_a_minute"),
        ("[limits]\ndaily_mib = 0", "limits.daily_mib"),
        ("[limits]\ndisk_reserve_mib = 9999999", "limits.disk_reserve_mib"),
        ("[limits]\nacknowledged_days = 91", "limits.acknowledged_days"),
        ("[limits]\nclosed_days = 0", "limits.closed_days"),
        ("[limits]\nset_aside_days = 3651", "limits.set_aside_days"),
        ("[limits]\nanswer_days = 0", "limits.answer_days"),
        ("[limits]\nspread_days = 366", "limits.spread_days"),
        ("[service]\nheader = \"\"", "service.header"),
        ("[service]\nlogo = \"logo.svg\"", "service.logo_alt"),
        ("[contacts.equality]\nname = \"Us\"\nlink = \"http://a.example/\"", "contacts.equality.link"),
        ("[contacts.advice]\nname = \"Us\"\nlink = \"https://a.example/\"\nphone = \" \"", "contacts.advice.phone"),
        ("[links]\nage = \"age\"", "links.age"),
        ("[links]\nbsl = \"http://a.example/\"", "links.bsl"),
        ("[service]\nindexed = \"yes\"", "line 2"),
        ("[texts]\nfolder = \"\"", "texts.folder"),
        ("[accessibility]\nstatus = \"compliant\"", "line 2"),
        ("[accessibility]\nstatus = \"fully-compliant\"\ntested_on = \"2026-11-22\"", "accessibility.status"),
        (
            "[accessibility]\nstatus = \"fully-compliant\"\ntested_on = \"2026-11-22\"\ntested_by = \"A\"\nproblems = [\"B\"]",
            "accessibility.problems",
        ),
        ("[accessibility]\nstatus = \"not-compliant\"", "accessibility.problems"),
        ("[accessibility]\nproblems = [\"\"]", "accessibility.problems"),
        ("[accessibility]\ntested_by = \" \"", "accessibility.tested_by"),
        ("[privacy]\nkept = \"\"", "privacy.kept"),
        ("[security]\ncontact = \"mailto:a@b.example\"", "security.expires"),
        ("[tls]\ncertificate = \"chain.pem\"", "tls.key"),
        ("[tls]\nkey = \"key.pem\"", "tls.certificate"),
        ("[security]\nexpires = \"2027-01-01\"", "security.contact"),
        ("[security]\ncontact = \"a@b.example\"\nexpires = \"2027-01-01\"", "security.contact"),
        ("[security]\nexpires = \"next year\"", "line 2"),
        ("[monitor]\nfetch_days = 0", "monitor.fetch_days"),
        ("[monitor]\ndecisions_days = 366", "monitor.decisions_days"),
        ("[monitor]\nbackup_days = 0", "monitor.backup_days"),
    ] {
        let error = error(text);
        assert!(error.contains(part) && error.contains("; ") && !error.contains('\n'), "{text}: {error}");
    }
}
