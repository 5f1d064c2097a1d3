//! A first installation by `candour setup`, as the README has it: by root for another account, and by whoever has the box.

use std::{
    fs::{self, Permissions},
    io::Write,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    process::Stdio,
};

use candour::crypto::{BoxRole, GovernanceRecipients, SignerRole, read_keys, signers_fingerprint};

use crate::support::{
    accounts::Machine,
    authority::Authority,
    installation::{Installation, Said},
    person, sample,
    strace::{self, Fault, Met, NAMES, WRITES},
};

/// Where everything is; by root for root itself, so that the test is the same whoever runs it.
const SETUP: [&str; 11] = [
    "setup",
    "--data",
    "box",
    "--keys",
    "public",
    "--config",
    "candour.toml",
    "--backup-recipients",
    "backup.recipients",
    "--user",
    "root",
];
const ANSWERS: [&str; 7] =
    ["--from", "stick", "--body", "the governance team of Exampleshire", "--fetched", "daily", "--address="];
/// Places at which it is killed for each system call, in the short form.
const PLACES: usize = 3;

/// The team's keys and what they carry to the box, and no box.
fn before() -> Installation {
    let place = Installation::new();
    for name in ["box", "public", "casebook"] {
        fs::remove_dir_all(place.path(name)).unwrap();
    }
    fs::create_dir(place.path("stick")).unwrap();
    for name in ["governance.recipients", "signer.pub"] {
        place.put_secret(&format!("stick/{name}"), &fs::read(place.path("team").join(name)).unwrap());
    }
    place
}

fn setup(place: &Installation, more: &[&str]) -> Said {
    place.run(&[&SETUP[..], &["--no-questions"], more].concat())
}

/// What is to be compared, and what is to be done next, as it was printed.
fn block(said: &Said) -> &str {
    &said.out[said.out.find("Compare by voice").unwrap_or_else(|| panic!("{}{}", said.out, said.error))..]
}

/// Whether anything but the keys and the stick is there.
fn is_untouched(place: &Installation) -> bool {
    ["box", "public", "candour.toml"].iter().all(|name| !place.path(name).exists())
}

#[test]
fn one_command_makes_a_box_that_serves_and_the_same_again_says_the_same() {
    let place = before();
    let issued = Authority::new().issue(&["localhost"]);
    place.put("chain.pem", issued.chain.as_bytes());
    place.put_secret("key.pem", issued.key.as_bytes());
    let address = ["--address", "https://localhost", "--certificate", "chain.pem", "--certificate-key", "key.pem"];
    // As a package brings it: nobody has answered anything yet.
    place.put("candour.toml", &fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/candour.toml")).unwrap());
    let first = setup(&place, &[&ANSWERS[..6], &address].concat());
    assert_eq!((first.status, first.error.as_str()), (0, ""), "{}", first.out);
    let path = |name: &str| place.path(name).display().to_string();
    for name in ["box, for ", "public", "public/governance.recipients", "public/signers.pub", "candour.toml"] {
        assert!(first.out.contains(&format!("made           {}", path(name))), "{name}: {}", first.out);
    }
    assert!(first.out.contains(&format!("to do          {}", path("backup.recipients"))), "{}", first.out);
    let read = |name: &str| fs::read_to_string(place.path(name)).unwrap();
    let recipients = GovernanceRecipients::parse(&read("team/governance.recipients")).unwrap().fingerprint();
    let signers = signers_fingerprint(&read_keys::<SignerRole>(&read("team/signer.pub")).unwrap());
    let key = read_keys::<BoxRole>(&read("box/box.pub")).unwrap()[0].fingerprint();
    for fingerprint in [recipients, signers, key] {
        assert!(block(&first).contains(&fingerprint.to_string()), "{}", first.out);
    }
    assert!(!first.out.contains(read("box/box.key").lines().nth(1).unwrap()), "nothing secret is printed");

    let config = read("candour.toml");
    let again = setup(&place, &[]);
    assert_eq!((again.status, block(&again)), (0, block(&first)));
    assert!(!again.out.contains("made  "), "{}", again.out);
    assert_eq!(again.out.matches("there already ").count(), 7, "{}", again.out);
    assert_eq!(read("candour.toml"), config);

    let running = place.serve_with(&["--config", "candour.toml", "--listen", "tls:127.0.0.1:0"]);
    assert_eq!(running.also.len(), 1);
    person::send(running.address, "staff-concern", &[], vec![]);
}

#[test]
fn questions_are_asked_until_the_answers_can_be_used() {
    let place = before();
    let ask = |typed: &str| {
        let mut child = place.program(env!("CARGO_BIN_EXE_candour"));
        child.args(SETUP).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        Said::from(child.wait_with_output().unwrap())
    };
    let cut = ask("nowhere\nstick\n\nthe team\n");
    assert_eq!(cut.status, 2, "{}", cut.out);
    assert!(cut.out.contains("nowhere is no directory") && cut.error.contains("give --fetched"), "{}", cut.error);
    assert!(is_untouched(&place));
    let said = ask("stick\nthe team\ndaily\nhttp://plain.example\nhttps://box.example\n\n");
    assert_eq!((said.status, said.error.as_str()), (0, ""), "{}", said.out);
    assert!(said.out.contains("`service.address` in the configuration is not the address of a site"), "{}", said.out);
    let config = fs::read_to_string(place.path("candour.toml")).unwrap();
    assert!(config.contains("\naddress = \"https://box.example\" # the box's own"), "{config}");
    assert!(block(&said).contains("set tls.certificate and tls.key"), "{}", said.out);
}

#[test]
fn what_is_wrong_is_said_before_anything_is_made_and_no_key_is_written_over() {
    let place = before();
    for (left_out, status, says) in
        [(0..2, 2, "give --from"), (2..4, 2, "give --body"), (4..6, 2, "give --fetched"), (6..7, 2, "give --address")]
    {
        let given: Vec<&str> =
            ANSWERS.iter().enumerate().filter(|(at, _)| !left_out.contains(at)).map(|(_, word)| *word).collect();
        let said = setup(&place, &given);
        assert!((said.status, said.error.contains(says)) == (status, true), "{}{}", said.out, said.error);
        assert!(is_untouched(&place), "{says}");
    }
    fs::create_dir(place.path("stick/more")).unwrap();
    fs::copy(place.path("team/identity.txt"), place.path("stick/more/readme")).unwrap();
    let said = setup(&place, &ANSWERS);
    assert!(said.status == 1 && said.error.contains("stick/more/readme holds a private key"), "{}", said.error);
    assert!(is_untouched(&place));
    fs::remove_file(place.path("stick/more/readme")).unwrap();
    assert_eq!(setup(&place, &ANSWERS).status, 0);

    // Another team's stick.
    place.done(&["keys", "new", "--out", "others", "--no-passphrase"]);
    let before = place.every_file();
    for name in ["identity.txt", "signing.key"] {
        fs::remove_file(place.path("others").join(name)).unwrap();
    }
    let said = setup(&place, &["--from", "others"]);
    assert!(said.status == 1 && said.error.contains("holds other keys than the stick"), "{}", said.error);
    for (path, bytes) in before.iter().filter(|(path, _)| !path.to_string_lossy().contains("others/")) {
        assert!(fs::read(path).unwrap() == *bytes, "{}", path.display());
    }
}

#[test]
#[ignore = "needs root"]
fn root_sets_up_a_box_for_another_account_and_mends_what_was_done_as_root() {
    const USER: u32 = 61_003;
    let machine = Machine::new();
    let place = &machine.place;
    let mut by_root =
        vec!["setup", "--no-questions", "--user", "61003", "--backup-recipients", "etc/backup.recipients"];
    by_root.extend(["--data", "srv/box", "--keys", "etc/public", "--config", "etc/candour.toml"]);
    let run = |arguments: &[&str]| Said::from(place.program("bin/candour").args(arguments).output().unwrap());
    fs::create_dir(place.path("stick")).unwrap();
    for name in ["governance.recipients", "signer.pub"] {
        place.put_secret(&format!("stick/{name}"), &fs::read(place.path("team").join(name)).unwrap());
    }
    let first = run(&[&by_root[..], &ANSWERS].concat());
    assert_eq!((first.status, first.error.as_str()), (0, ""), "{}", first.out);
    let data = place.path("srv/box");
    let foreign = || {
        let all =
            ["", "box.key", "box.pub", "calendar", "store", "store/candour.db", "store/intake", "store/short.vault"];
        all.into_iter().filter(|name| data.join(name).metadata().unwrap().uid() != USER).collect::<Vec<_>>()
    };
    assert_eq!(foreign(), [""; 0]);
    assert_eq!(data.metadata().unwrap().mode() & 0o777, 0o700);

    let account = machine.account(USER);
    let collect = ["collect", "--data", "../srv/box", "--keys", "../etc/public", "--out"];
    account.done(&[&collect[..], &["c1"]].concat());
    // What root makes there the box could not read.
    for command in
        [&["collect", "--out", "c2"][..], &["backup", "--to", "stick/governance.recipients", "--out", "b"], &["clocks"]]
    {
        let keys: &[&str] = if command[0] == "collect" { &["--keys", "etc/public"] } else { &[] };
        let said = run(&[command, &["--data", "srv/box"], keys].concat());
        assert!(said.status == 1 && said.error.contains("runuser -u 61003 -- candour"), "{}{}", said.out, said.error);
    }
    assert_eq!(foreign(), [""; 0]);
    chown(data.join("store/candour.db"), Some(0), Some(0)).unwrap();
    chown(data.join("box.key"), Some(0), Some(0)).unwrap();
    fs::set_permissions(place.path("etc/public/signers.pub"), Permissions::from_mode(0o600)).unwrap();
    let said = account.run(&[&collect[..], &["c3"]].concat());
    assert_eq!(said.status, 1);
    let again = run(&by_root);
    assert_eq!((again.status, again.error.as_str()), (0, ""), "{}", again.out);
    assert_eq!((again.out.matches("mended ").count(), foreign()), (2, vec![]), "{}", again.out);
    assert_eq!(block(&again), block(&first));
    account.done(&[&collect[..], &["c3"]].concat());

    // A certificate that is root's alone.
    let issued = Authority::new().issue(&["localhost"]);
    place.put_secret("chain.pem", issued.chain.as_bytes());
    place.put_secret("key.pem", issued.key.as_bytes());
    let config = fs::read_to_string(place.path("etc/candour.toml")).unwrap();
    fs::remove_file(place.path("etc/candour.toml")).unwrap();
    let tls = "[tls]\ncertificate = \"../chain.pem\"\nkey = \"../key.pem\"";
    place.put("etc/candour.toml", config.replace("[tls]", tls).as_bytes());
    let said = run(&by_root);
    assert!(said.status == 1 && said.error.contains("not fit to run yet"), "{}{}", said.out, said.error);
    assert!(said.out.contains("install -D -m 640 -g 61003 -t "), "{}", said.out);

    // A directory of somebody's is given to nobody.
    fs::create_dir(place.path("home")).unwrap();
    place.put("home/letter.odt", b"");
    let elsewhere: Vec<&str> = by_root.iter().map(|word| if *word == "srv/box" { "home" } else { word }).collect();
    let said = run(&elsewhere);
    assert!(said.status == 1 && said.error.contains("letter.odt"), "{}", said.error);
    assert_eq!(place.path("home/letter.odt").metadata().unwrap().uid(), 0);
}

#[test]
#[ignore = "needs strace and root"]
fn killed_at_any_call_that_changes_the_disk_the_same_command_again_ends_the_same() {
    let place = before();
    let command = [&SETUP[..], &["--no-questions"], &ANSWERS].concat();
    let clear = || {
        for name in ["box", "public"] {
            let _ = fs::remove_dir_all(place.path(name));
        }
        let _ = fs::remove_file(place.path("candour.toml"));
    };
    let calls: Vec<&str> = WRITES.iter().chain(NAMES).chain(&["fchmod", "chmod", "fchmodat"]).copied().collect();
    let counted = strace::count(&place, &command, &calls);
    let mut killed = 0;
    for (call, last) in counted {
        for number in sample(last, PLACES) {
            clear();
            let fault = Fault { call: &call, what: "signal=KILL", when: number.to_string() };
            killed += usize::from(match strace::run(&place, &command, &fault) {
                Met::Killed => true,
                // What it ran for itself was killed.
                Met::Ended(said, _) => said.status != 0,
            });
            let again = place.run(&command);
            assert_eq!((again.status, again.error.as_str()), (0, ""), "{call} {number}: {}", again.out);
            assert!(block(&again).contains("box key fingerprint"));
            assert_eq!(fs::read_dir(place.path("public")).unwrap().count(), 2, "{call} {number}");
        }
    }
    println!("setup: killed {killed} times");
    assert!(killed > PLACES);
}
