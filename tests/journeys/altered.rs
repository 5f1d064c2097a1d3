//! A collection, a decisions file or a backup in which anything is changed, cut or moved is refused, and nothing of it is
//! taken in.
//!
//! `CANDOUR_LONG=1` changes every byte and cuts at every place; otherwise some are picked.

use std::{
    fs,
    io::{Read, Write},
};

use candour::{
    casebook::{Casebook, KeyPaths},
    crypto::{BackupIdentity, BackupRecipients, seal_backup},
    files::{self, Readers, tarball::TarWriter},
    transfer::{self, BOX_KEY, BOX_PUBLIC},
    unseal::NewKeys,
};
use tempfile::TempDir;

use crate::support::{
    both_sides::BothSides,
    sample,
    world::{DAY, TODAY},
};

/// Places in a file that are changed, and at which it is cut, in the short form.
const PLACES: usize = 250;
/// Bytes of a piece that age seals by itself.
const PLAIN_PIECE: usize = 64 * 1024;
/// The same with what age adds.
const SEALED_PIECE: usize = PLAIN_PIECE + 16;
/// The changes of one byte: its lowest bit, its highest, and all of them.
const CHANGES: [u8; 3] = [0x01, 0x80, 0xff];

#[test]
fn every_change_and_every_cut_of_a_collection_is_refused() {
    let mut sides = BothSides::new();
    let file = sides.collection();
    println!("collection of {}", change_and_cut(&file, |bytes| sides.import(bytes)));
    assert!(sides.import(&file), "as it was");
}

#[test]
fn every_other_order_of_what_is_in_a_collection_is_refused() {
    let mut sides = BothSides::new();
    let file = sides.collection();
    let tar = sides.inside(&file);
    // Anyone can seal to the team, but only the box can sign.
    let again = sides.sealed(&tar);
    let tried = orders(&tar, |tar| !sides.import(&sides.sealed(tar)));
    println!("collection: {tried} other orders");
    assert!(sides.import(&again), "sealed again as it was");
}

#[test]
fn every_other_order_of_the_pieces_of_a_sealed_file_is_refused() {
    let sides = BothSides::new();
    let sealed = sides.sealed(&[7; 4 * PLAIN_PIECE]);
    let (header, pieces) = sealed.split_at(sealed.len() - 4 * SEALED_PIECE);
    let right: Vec<usize> = (0..4).collect();
    let mut orders = permutations(&right);
    orders.extend((0..4).map(|left_out| right.iter().copied().filter(|piece| *piece != left_out).collect()));
    for order in orders {
        let moved = order.iter().map(|piece| &pieces[piece * SEALED_PIECE..][..SEALED_PIECE]);
        let file = [header].into_iter().chain(moved).collect::<Vec<_>>().concat();
        assert_eq!(sides.opens(&file), order == right, "pieces {order:?}");
    }
}

#[test]
fn every_change_cut_and_other_order_of_a_decisions_file_is_refused() {
    let sides = BothSides::new();
    let (file, _) = sides.decisions();
    println!("decisions of {}", change_and_cut(&file, |bytes| sides.deliver(bytes).is_ok()));
    let tried = orders(&file, |tar| sides.deliver(tar).is_err());
    println!("decisions: {tried} other orders");
    assert!(sides.deliver(&file).is_ok(), "as it was");
    assert!(sides.deliver(&file).is_ok(), "twice is the same as once");
}

/// A box, and whoever runs it with their keys for backups.
struct Operator {
    sides: BothSides,
    to: BackupRecipients,
    identity: BackupIdentity,
    away: TempDir,
}

impl Operator {
    fn new() -> Self {
        let sides = BothSides::new();
        let (key, place) = (&sides.r#box.box_key, sides.r#box.directory.path());
        let (secret, public) = (key.to_file().unwrap(), key.verifying_key().unwrap().to_file());
        files::write_new(&place.join(BOX_KEY), Readers::Owner, secret.as_bytes()).unwrap();
        files::write_new(&place.join(BOX_PUBLIC), Readers::Everyone, public.as_bytes()).unwrap();
        let keys = NewKeys::generate(None).unwrap_or_else(|error| panic!("{error}"));
        Self {
            sides,
            to: BackupRecipients::parse(&keys.recipients).unwrap(),
            identity: BackupIdentity::read(keys.identity.as_bytes(), None).unwrap(),
            away: tempfile::tempdir().unwrap(),
        }
    }

    fn backup(&self) -> Vec<u8> {
        let (r#box, out) = (&self.sides.r#box, self.away.path().join("backup"));
        transfer::backup(&r#box.store, r#box.directory.path(), &self.to, DAY, &out).unwrap();
        fs::read(out).unwrap()
    }

    /// Whether a box is made of it. If not, there is nothing.
    fn restores(&self, file: &[u8]) -> bool {
        let (from, new) = (self.away.path().join("in"), self.away.path().join("new"));
        fs::File::create(&from).and_then(|mut out| out.write_all(file)).unwrap();
        let restored = transfer::restore(&new, &self.identity, DAY, &from).is_ok();
        assert_eq!(new.exists(), restored);
        if restored {
            fs::remove_dir_all(new).unwrap();
        }
        restored
    }

    fn inside(&self, file: &[u8]) -> Vec<u8> {
        let mut tar = Vec::new();
        self.identity.open_backup(file).unwrap().read_to_end(&mut tar).unwrap();
        tar
    }

    fn sealed(&self, tar: &[u8]) -> Vec<u8> {
        let mut out = seal_backup(&self.to, Vec::new()).unwrap();
        out.write_all(tar).unwrap();
        out.finish().unwrap()
    }
}

#[test]
fn every_change_cut_and_other_order_of_a_backup_of_the_box_is_refused() {
    let operator = Operator::new();
    let file = operator.backup();
    println!("backup of a box of {}", change_and_cut(&file, |bytes| operator.restores(bytes)));
    // Anyone can seal to the operator.
    let tar = operator.inside(&file);
    let tried = orders(&tar, |tar| !operator.restores(&operator.sealed(tar)));
    println!("backup of a box: {tried} other orders");
    assert!(operator.restores(&operator.sealed(&tar)), "sealed again as it was");
    assert!(operator.restores(&file), "as it was");
}

#[test]
fn every_change_and_every_cut_of_a_backup_of_the_casebook_is_refused() {
    let mut sides = BothSides::new();
    let away = tempfile::tempdir().unwrap();
    let (out, from, new) = (away.path().join("backup"), away.path().join("in"), away.path().join("new"));
    sides.casebook.backup(None, &out, &TODAY).unwrap();
    let file = fs::read(out).unwrap();
    // Where they would be remembered; nobody looks for them here.
    let keys = KeyPaths { identity: away.path().join("identity.txt"), signing_key: away.path().join("signing.key") };
    let restores = |bytes: &[u8]| {
        fs::File::create(&from).and_then(|mut out| out.write_all(bytes)).unwrap();
        Casebook::restore(&new, &sides.r#box.identity, &keys, &from).is_ok()
    };
    println!("backup of a casebook of {}", change_and_cut(&file, restores));
    assert!(restores(&file), "as it was");
}

/// Hands on a file with each of its bytes changed, cut at each, and with more after its end. Gives how much that was.
fn change_and_cut(file: &[u8], mut is_taken: impl FnMut(&[u8]) -> bool) -> String {
    let (mut changes, mut cuts) = (0, 0);
    let mut altered = file.to_vec();
    for at in sample(file.len(), PLACES).iter().map(|place| place - 1) {
        for change in CHANGES {
            altered[at] ^= change;
            assert!(!is_taken(&altered), "byte {at} changed by {change:#x}");
            altered[at] = file[at];
            changes += 1;
        }
        assert!(!is_taken(&file[..at]), "cut at {at}");
        cuts += 1;
    }
    assert!(!is_taken(&[file, &[0]].concat()), "one byte more");
    assert!(!is_taken(&[file, file].concat()), "twice");
    format!("{} bytes: {changes} changes, {cuts} cuts", file.len())
}

/// Hands on a tar with its entries in every other order, with each left out, and with each twice. Gives how many those
/// are.
fn orders(tar: &[u8], mut is_refused: impl FnMut(&[u8]) -> bool) -> usize {
    let mut archive = tar::Archive::new(tar);
    let entries: Vec<(String, Vec<u8>)> = archive
        .entries()
        .unwrap()
        .map(|entry| {
            let mut entry = entry.unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (entry.path().unwrap().to_str().unwrap().to_owned(), bytes)
        })
        .collect();
    let written = |order: &[usize]| {
        let mut out = TarWriter::new(Vec::new());
        for place in order {
            let (path, bytes) = &entries[*place];
            out.append(path, bytes).unwrap();
        }
        out.finish().unwrap()
    };
    let right: Vec<usize> = (0..entries.len()).collect();
    assert_eq!(written(&right), tar, "it is written as it was");
    let mut wrong = permutations(&right);
    wrong.retain(|order| *order != right);
    for place in 0..right.len() {
        let mut order = right.clone();
        order.remove(place);
        wrong.push(order);
        let mut order = right.clone();
        order.insert(place, place);
        wrong.push(order);
    }
    for order in &wrong {
        assert!(is_refused(&written(order)), "entries {order:?}");
    }
    // The same entry with the other one's bytes.
    for place in 0..right.len() {
        let mut out = TarWriter::new(Vec::new());
        for (number, (path, bytes)) in entries.iter().enumerate() {
            let next = &entries[(place + 1) % right.len()].1;
            out.append(path, if number == place { next } else { bytes }).unwrap();
        }
        assert!(is_refused(&out.finish().unwrap()), "entry {place} with other bytes");
    }
    wrong.len() + right.len()
}

fn permutations(of: &[usize]) -> Vec<Vec<usize>> {
    if of.is_empty() {
        return vec![vec![]];
    }
    let with_first = |place: usize| {
        let mut rest = of.to_vec();
        let first = rest.remove(place);
        permutations(&rest).into_iter().map(move |rest| [&[first], rest.as_slice()].concat())
    };
    (0..of.len()).flat_map(with_first).collect()
}
