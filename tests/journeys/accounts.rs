//! Two members under two accounts of one machine, who share a casebook: through a whole day in a browser, and what keeps
//! them apart.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, chown},
    process::Command,
};

use crate::support::{
    accounts::{Account, GROUP, Machine},
    browser::{Browser, Scripts},
    case::articles,
    members::{confirm_recipients, confirm_signers},
    person,
};

const CASEBOOK: [&str; 2] = ["--casebook", "../shared"];
const TEXT: &str = "We read that the night rota was changed after the fact.\n\nThe trust will not be told.";

/// A founder and a second member, each with keys in their own home, and a box that knows both and asks for two.
fn two_accounts(machine: &Machine) -> (Account<'_>, Account<'_>) {
    let (first, second) = (machine.account(61_001), machine.account(61_002));
    let place = &machine.place;
    for account in [&first, &second] {
        account.done(&["keys", "new", "--out", "keys", "--no-passphrase"]);
    }
    let both = |file: &str| [first.read(&format!("keys/{file}")), second.read(&format!("keys/{file}"))].concat();
    for (file, name) in [("governance.recipients", "governance.recipients"), ("signer.pub", "signers.pub")] {
        fs::remove_file(place.path(&format!("public/{name}"))).unwrap();
        place.put(&format!("public/{name}"), both(file).as_bytes());
    }
    confirm_recipients(place);
    confirm_signers(place, &["--second-approver", "yes"]);
    place.put("box.pub", &fs::read(place.path("box/box.pub")).unwrap());
    fs::set_permissions(place.path("box.pub"), Permissions::from_mode(0o644)).unwrap();

    let init = ["desk", "init", "--identity", "keys/identity.txt", "--signing-key", "keys/signing.key"];
    let made = first.done(&[&init[..], &CASEBOOK, &["--box-key", "../box.pub", "--name", "First"]].concat());
    let fingerprint = made.lines().find_map(|line| line.strip_prefix("casebook fingerprint: ")).unwrap();
    for file in ["signer.pub", "governance.recipients"] {
        place.put(&format!("second-{file}"), second.read(&format!("keys/{file}")).as_bytes());
    }
    let join = ["--join", "Second", "--role", "reviewer", "--signer", "../second-signer.pub"];
    let recipients = ["--recipients", "../second-governance.recipients"];
    first.done(&[&["desk", "propose"][..], &CASEBOOK, &join, &recipients].concat());
    let join = ["desk", "join", "--identity", "keys/identity.txt", "--fingerprint", fingerprint];
    second.done(&[&join[..], &CASEBOOK].concat());
    first.done(&[&["desk", "check"][..], &CASEBOOK].concat());
    (first, second)
}

#[test]
#[ignore = "needs root, chromium and chromedriver"]
fn two_members_under_two_accounts_go_through_a_whole_day() {
    let machine = Machine::new();
    let (first, second) = two_accounts(&machine);
    let place = &machine.place;
    let running = place.serve();
    let code = person::send(running.address, "staff-concern", &[], vec![]).one("#receipt-code");
    place.collect("c1");

    // In the morning the first takes in what came, and leaves the desk open all day; so does the second.
    let (first_desk, second_desk) = (first.open_desk(), second.open_desk());
    let ones = Browser::open(first_desk.address, Scripts::Off);
    let twos = Browser::open(second_desk.address, Scripts::Off);
    let import = |browser: &Browser, name: &str| {
        browser.go("/carry");
        browser.enter("#collection", &place.path(name).display().to_string());
        browser.click("form[action='/carry/import'] button");
        browser.until("it is taken in", || {
            browser.go("/carry/import");
            browser.text("main").contains("Collection").then_some(())
        });
    };
    ones.go(&first_desk.opening);
    import(&ones, "c1");
    twos.go(&second_desk.opening);
    twos.click("tbody th a");
    twos.until("the report", || twos.path().starts_with("/reports/").then_some(()));
    let id: String = twos.path().chars().skip("/reports/".len()).take(16).collect();
    assert!(twos.text("main").contains("Concern"), "what the first took in, the second reads");

    // The second writes the notice; the first approves it and writes the decisions.
    twos.go(&format!("/reports/{id}/notice"));
    ["#variant", "#area-competition", "#told", "#who_sees"].iter().for_each(|field| twos.click(field));
    twos.enter("#look_competition", "how offers are compared");
    for (part, value) in [("day", "1"), ("month", "12"), ("year", "2099")] {
        twos.enter(&format!("#object_by-{part}"), value);
    }
    twos.click("button[formaction$='/notice/write']");
    twos.until_there("#text");
    twos.replace("#text", TEXT);
    twos.click("main form .buttons button");
    twos.until_there("#with-it");
    tick(&twos);
    twos.click("#needs_approval");
    twos.click("main button:not(.second)");
    twos.until("it is recorded", || (twos.path() == format!("/reports/{id}")).then_some(()));
    ones.go(&format!("/reports/{id}/approve/1"));
    tick(&ones);
    ones.click("main button:not(.second)");
    ones.until("it is approved", || (ones.path() != format!("/reports/{id}/approve/1")).then_some(()));
    ones.go("/carry");
    ones.click("form[action='/carry/export'] button");
    ones.until_there("a[href='/carry/decisions/1/1']");

    // Across, and in the evening the second takes in that it arrived.
    fs::copy(place.path("shared/outgoing/decisions-1"), place.path("d1")).unwrap();
    place.deliver("d1");
    let said = articles(&person::status(running.address, &code)).concat();
    assert!(said.contains("The trust will not be told."), "{said}");
    place.collect("c2");
    import(&twos, "c2");
    ones.go("/log");
    let log = ones.text("main");
    assert!(log.contains("Second") && log.contains("Opened"), "{log}");
    drop((ones, twos, first_desk, second_desk));
    running.stop();

    // Whatever either made is the group's, and nobody else's; the keys are each one's own.
    for account in [&first, &second] {
        let check = account.done(&[&["desk", "check"][..], &CASEBOOK].concat());
        assert!(check.lines().all(|line| line.starts_with("ok ")), "{check}");
    }
    place.assert_nothing_plain(&["night rota"], "worked on by two accounts");
}

#[test]
#[ignore = "needs root"]
fn accounts_of_one_machine_are_kept_apart() {
    let machine = Machine::new();
    let (first, second) = two_accounts(&machine);
    let place = &machine.place;
    let list = [&["desk", "list"][..], &CASEBOOK].concat();
    first.done(&list);
    second.done(&list);

    // Another's keys, where they are and where they were left open.
    let theirs = format!("../{}/keys/identity.txt", first.home);
    let said = second.run(&[&list[..], &["--identity", &theirs]].concat());
    assert_eq!(said.status, 1);
    assert!(said.error.contains("the identity is not at ../home-61001/keys/identity.txt"), "{}", said.error);
    fs::set_permissions(place.path(&format!("{}/keys/identity.txt", second.home)), Permissions::from_mode(0o640))
        .unwrap();
    let said = second.run(&list);
    assert_eq!(said.status, 1);
    assert!(said.error.contains("can be read by other accounts of this machine; run: chmod 600"), "{}", said.error);
    let check = second.run(&[&["desk", "check"][..], &CASEBOOK].concat());
    assert!(check.status == 1 && check.out.contains("unsafe"), "{}", check.out);
    fs::set_permissions(place.path(&format!("{}/keys/identity.txt", second.home)), Permissions::from_mode(0o600))
        .unwrap();

    // Where a colleague says that my keys are, I do not look.
    let mine = place.path("shared/accounts/61002.json");
    let forged = fs::read(place.path("shared/accounts/61001.json")).unwrap();
    fs::remove_file(&mine).unwrap();
    place.put("shared/accounts/61002.json", &forged);
    chown(&mine, Some(61_001), Some(GROUP)).unwrap();
    let said = second.run(&list);
    assert!(said.status == 1 && said.error.contains("accounts/61002.json"), "{}", said.error);
    fs::remove_file(&mine).unwrap();
    // Nor do I wait for what they would write into a pipe, or follow a link.
    let status = Command::new("mkfifo").arg(&mine).status().unwrap();
    assert!(status.success());
    let said = second.run(&list);
    assert!(said.status == 1 && said.error.contains("is no ordinary file"), "{}", said.error);
    let check = [&["desk", "check"][..], &CASEBOOK, &["--mend"]].concat();
    let said = second.run(&check).out;
    assert!(said.contains("is a link, a pipe or the like"), "{said}");
    fs::remove_file(&mine).unwrap();
    let (keys, link) = (place.path(&format!("{}/keys", second.home)), place.path("shared/keys/mine"));
    std::os::unix::fs::symlink(&keys, &link).unwrap();
    let said = second.run(&check).out;
    assert!(said.contains("is a link, a pipe or the like"), "{said}");
    let modes = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o7777;
    assert_eq!((modes(&keys), modes(&keys.join("identity.txt"))), (0o700, 0o600), "what it leads to is left alone");
    fs::remove_file(&link).unwrap();
    let said = second.run(&list);
    assert!(said.error.contains("knows no keys of the account that you use"), "{}", said.error);
    // Nor would I read a key from whatever took its place, or wait for it.
    let identity = place.path(&format!("{}/keys/identity.txt", first.home));
    let elsewhere = identity.with_file_name("elsewhere");
    fs::rename(&identity, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &identity).unwrap();
    let said = first.run(&list);
    assert!(said.status == 1 && said.error.contains("is no ordinary file"), "{}", said.error);
    first.done(&[&list[..], &["--identity", "keys/identity.txt"]].concat());
    fs::remove_file(&identity).unwrap();
    assert!(Command::new("mkfifo").arg(&identity).status().unwrap().success());
    for arguments in [&list[..], &[&["desk", "check"][..], &CASEBOOK].concat()] {
        let said = first.run(arguments);
        assert!(said.status == 1 && format!("{}{}", said.out, said.error).contains("is no ordinary file"));
    }
    fs::remove_file(&identity).unwrap();
    fs::rename(&elsewhere, &identity).unwrap();

    // A stranger to the group has no way in at all.
    let stranger = machine.account(61_003);
    fs::set_permissions(place.path("shared"), Permissions::from_mode(0o2770)).unwrap();
    chown(place.path("shared"), Some(61_001), Some(61_101)).unwrap();
    let said = stranger.run(&list);
    assert_eq!(said.status, 1, "{}", said.out);
}

#[test]
#[ignore = "needs root"]
fn a_casebook_of_one_account_is_shared_once_it_is_mended() {
    let machine = Machine::new();
    let place = &machine.place;
    place.done(&["desk", "list", "--casebook", "casebook"]);
    let check = ["desk", "check", "--casebook", "casebook"];
    let before = place.run(&check).out;
    assert!(before.contains("ok       the casebook is for one account alone"), "{before}");
    for path in entries(place.path("casebook")) {
        chown(path, None, Some(GROUP)).unwrap();
    }
    fs::set_permissions(place.path("casebook"), Permissions::from_mode(0o2770)).unwrap();
    let said = place.run(&check).out;
    assert!(said.contains("run this command with --mend"), "{said}");
    let mended = place.run(&[&check[..], &["--mend"]].concat()).out;
    assert!(mended.contains("ok       every file in it is for those accounts alone"), "{mended}");
    place.done(&["desk", "list", "--casebook", "casebook"]);
    // And whatever else can be read by everybody is told.
    fs::set_permissions(place.path("casebook"), Permissions::from_mode(0o755)).unwrap();
    assert!(place.run(&check).out.contains("neither for one account alone nor shared by one group"));
    // A program that a member can exchange is told.
    fs::set_permissions(place.path("bin"), Permissions::from_mode(0o777)).unwrap();
    let said = place.program("bin/candour").args(check).output().unwrap();
    assert!(String::from_utf8_lossy(&said.stdout).contains("can be written by others than root"));
}

fn entries(directory: std::path::PathBuf) -> Vec<std::path::PathBuf> {
    let below = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path());
    let below: Vec<_> = below.flat_map(|path| if path.is_dir() { entries(path) } else { vec![path] }).collect();
    [vec![directory], below].concat()
}

fn tick(browser: &Browser) {
    for number in 1..=browser.count("input[name=check]") {
        browser.click(&format!(".choice:nth-of-type({number}) input[name=check]"));
    }
}
