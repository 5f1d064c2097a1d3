//! The poster as a browser prints it. Its pictures are left in `target/screenshots`.

use std::{fs, process::Command};

use crate::support::{browser::CHROMIUM, installation::Installation};

/// Says in the title how many boxes of fixed size hold more than there is room for.
const COUNT: &str = "<script>document.title = `too much in ${[...document.querySelectorAll('.sheet, .slip')]\
                     .filter(box => box.scrollHeight > box.clientHeight || box.scrollWidth > box.clientWidth).length}`</script>";

#[test]
#[ignore = "needs chromium"]
fn it_prints_as_one_poster_and_one_sheet_of_slips_however_much_there_is_to_say() {
    let place = Installation::new();
    let onion = format!("http://{}.onion", "aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dyp3kead");
    let words = |count: usize| "Exampleshire board ".repeat(count / 19).trim_end().to_owned();
    let long = format!(
        "[service]\nname = \"{}\"\nbody = \"{}\"\nheader = \"{}\"\nonion = \"{onion}\"\naddress = \"https://{}.example\"",
        words(200),
        words(200),
        words(200),
        "long-name.".repeat(17).trim_end_matches('.'),
    );
    let usual = format!(
        "[service]\nheader = \"Exampleshire NHS Trust\"\nonion = \"{onion}\"\naddress = \"https://speak-up.exampleshire.nhs.uk\""
    );
    for (name, config) in [("poster", usual), ("poster-long", long)] {
        let (settings, page) = (place.path(&format!("{name}.toml")), place.path(&format!("{name}.html")));
        fs::File::create(&settings)
            .and_then(|mut file| std::io::Write::write_all(&mut file, config.as_bytes()))
            .unwrap();
        place.done(&["poster", "--config", settings.to_str().unwrap(), "--out", page.to_str().unwrap()]);
        let pdf = place.path(&format!("{name}.pdf"));
        chromium(&[&format!("--print-to-pdf={}", pdf.display()), &format!("file://{}", page.display())]);
        let printed = fs::read(&pdf).unwrap();
        let printed = String::from_utf8_lossy(&printed);
        let pages = printed.matches("/Type /Page\n").count();
        let a4 = printed.matches("/MediaBox [0 0 594.95").count();
        assert_eq!((pages, a4), (2, 2), "{name}");
        let screenshots = concat!(env!("CARGO_MANIFEST_DIR"), "/target/screenshots");
        fs::create_dir_all(screenshots).unwrap();
        fs::copy(&pdf, format!("{screenshots}/{name}.pdf")).unwrap();

        let html = fs::read_to_string(&page).unwrap().replace("</body>", &format!("{COUNT}</body>"));
        let counting = place.path(&format!("{name}-counting.html"));
        fs::File::create(&counting).and_then(|mut file| std::io::Write::write_all(&mut file, html.as_bytes())).unwrap();
        let shown = chromium(&["--dump-dom", &format!("file://{}", counting.display())]);
        assert!(
            shown.contains("<title>too much in 0</title>"),
            "{name}: {}",
            shown.lines().find(|line| line.contains("<title>")).unwrap()
        );
    }
}

fn chromium(arguments: &[&str]) -> String {
    let out = Command::new(CHROMIUM)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-pdf-header-footer"])
        .arg(format!("--user-data-dir={}", tempfile::tempdir().unwrap().path().display()))
        .args(arguments)
        .output()
        .expect("chromium (Debian package chromium)");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}
