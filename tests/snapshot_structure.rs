//! Every rule marked "must" in `docs/format.md`: bytes made by hand, each with the one defect it is named after,
//! signed by the right key.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod snapshot_support;

use rescind::{Dimension, Edition, Error, RevocationStatus, Subscription};
use sha2::{Digest, Sha256};
use snapshot_support::*;

const MAIN: Edition = Edition { epoch: 1, version: 1 };

/// A token set of one entry in one bucket of known `exp`.
#[derive(Clone)]
struct TokenSet {
    known: u16,
    count: u32,
    shift: u8,
    first: u64,
    capacities: Vec<u8>,
    upper: Vec<u64>,
    remainders: Vec<u32>,
    trailing: Vec<u8>,
}

impl TokenSet {
    fn valid() -> Self {
        Self {
            known: 1,
            count: 1,
            shift: 6,
            first: ISSUED_AT >> 6,
            capacities: vec![0, 1],
            upper: vec![0b01],
            remainders: vec![7],
            trailing: vec![],
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = b"RSNO\x01\x01".to_vec();
        out.extend(self.known.to_le_bytes());
        out.extend(self.count.to_le_bytes());
        out.push(self.shift);
        out.extend(self.first.to_le_bytes());
        out.extend(&self.capacities);
        out.extend(self.upper.iter().flat_map(|word| word.to_le_bytes()));
        out.extend(self.remainders.iter().flat_map(|remainder| remainder.to_le_bytes()));
        out.extend(&self.trailing);
        out
    }
}

/// Cut-offs of two subjects, one session and two keys.
#[derive(Clone)]
struct CutOffs {
    width: u8,
    count: u32,
    literal_count: u32,
    base: u64,
    dimensions: Vec<(u8, u8)>,
    upper: Vec<u64>,
    remainders: Vec<u32>,
    times: Vec<u8>,
    literals: Vec<Literal>,
    trailing: Vec<u8>,
}

#[derive(Clone)]
struct Literal {
    number: u8,
    issuer: u8,
    time: u64,
    value: Vec<u8>,
}

impl CutOffs {
    fn valid() -> Self {
        let literal = |value: &str| Literal { number: 2, issuer: 1, time: 5, value: value.into() };
        Self {
            width: 2,
            count: 3,
            literal_count: 2,
            base: 1_000,
            dimensions: vec![(3, 2), (4, 1)],
            upper: vec![0b01_01_01],
            remainders: vec![7, 8, 9],
            times: vec![0b10_00_01],
            literals: vec![literal("a"), literal("b")],
            trailing: vec![],
        }
    }

    fn without_hashed() -> Self {
        let (dimensions, upper, remainders, times) = (vec![], vec![], vec![], vec![]);
        Self { width: 0, count: 0, base: 0, dimensions, upper, remainders, times, ..Self::valid() }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = b"RSNO\x01\x02".to_vec();
        out.extend([u8::try_from(self.dimensions.len()).unwrap(), self.width]);
        out.extend(self.count.to_le_bytes());
        out.extend(self.literal_count.to_le_bytes());
        out.extend(self.base.to_le_bytes());
        out.extend(self.dimensions.iter().flat_map(|&(number, capacity)| [number, capacity]));
        out.extend(self.upper.iter().flat_map(|word| word.to_le_bytes()));
        out.extend(self.remainders.iter().flat_map(|remainder| remainder.to_le_bytes()));
        out.extend(&self.times);
        for literal in &self.literals {
            out.push(literal.number);
            out.extend([literal.issuer; 32]);
            out.extend(literal.time.to_le_bytes());
            out.extend(u16::try_from(literal.value.len()).unwrap().to_le_bytes());
            out.extend(&literal.value);
        }
        out.extend(&self.trailing);
        out
    }
}

/// A manifest of these objects, cut-offs last, whose dimensions are subject, session and key where there are any.
#[derive(Clone)]
struct Manifest {
    counts: [u8; 5],
    part: [u8; 4],
    least_wait: u16,
    base: [u64; 4],
    max_stale: u32,
    version: u64,
    issued_at: u64,
    next_update: u64,
    issuers: Vec<[u8; 32]>,
    dimensions: Vec<Vec<u8>>,
    objects: Vec<Vec<u8>>,
    trailing: Vec<u8>,
}

impl Manifest {
    fn of(objects: &[(u8, &[u8])], dimensions: &[&[u8]]) -> Self {
        let count = |bytes: &[u8], at: usize| {
            bytes.get(at..at + 4).map_or(0, |count| u64::from(u32::from_le_bytes(count.try_into().unwrap())))
        };
        let counts = objects
            .iter()
            .map(|(kind, bytes)| count(bytes, 8) + if *kind == 2 { count(bytes, 12) } else { 0 });
        let entries = counts.sum();
        let objects: Vec<Vec<u8>> = objects
            .iter()
            .map(|(kind, bytes)| {
                let length = u32::try_from(bytes.len()).unwrap().to_le_bytes();
                [&[*kind][..], &length, &Sha256::digest(bytes)].concat()
            })
            .collect();
        let dimensions: Vec<Vec<u8>> = dimensions.iter().map(|dimension| dimension.to_vec()).collect();
        let mut issuers: Vec<[u8; 32]> =
            [ISSUER, OTHER_ISSUER].map(|issuer| Sha256::digest(issuer).into()).into();
        issuers.sort();
        Self {
            counts: [objects.len().try_into().unwrap(), dimensions.len().try_into().unwrap(), 2, 0, 0],
            part: [0; 4],
            least_wait: 0,
            base: [MAIN.version, entries, 0, 0],
            max_stale: 3_600,
            version: MAIN.version,
            issued_at: ISSUED_AT,
            next_update: ISSUED_AT + 300,
            issuers,
            dimensions,
            objects,
            trailing: vec![],
        }
    }

    /// Names deltas: how far behind the version they end, how many versions they span, and their length.
    fn tiles(&mut self, tiles: &[(u32, u32, u32)]) {
        self.counts[3] = tiles.len().try_into().unwrap();
        for (behind, span, length) in tiles {
            self.trailing.extend([behind, span, length].iter().flat_map(|number| number.to_le_bytes()));
            self.trailing.extend([7; 32]);
        }
    }

    /// Carries deltas.
    fn carry(&mut self, deltas: &[(u32, u32, &[u8])]) {
        self.counts[4] = deltas.len().try_into().unwrap();
        for (behind, span, bytes) in deltas {
            self.trailing.extend([behind, span].iter().flat_map(|number| number.to_le_bytes()));
            self.trailing.extend(u16::try_from(bytes.len()).unwrap().to_le_bytes());
            self.trailing.extend(*bytes);
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let publisher = Publisher::new();
        let mut out = b"RSNM\x01".to_vec();
        out.extend(self.counts);
        out.extend(self.part);
        out.extend(self.least_wait.to_le_bytes());
        out.extend(&Sha256::digest(publisher.public_key())[..8]);
        out.extend(&Sha256::digest(b"rescind-tenant\0main")[..16]);
        out.extend(MAIN.epoch.to_le_bytes());
        out.extend(self.max_stale.to_le_bytes());
        out.extend(self.version.to_le_bytes());
        out.extend(self.issued_at.to_le_bytes());
        out.extend(self.next_update.to_le_bytes());
        out.extend(publisher.parameters.salt);
        out.extend(self.base.iter().flat_map(|field| field.to_le_bytes()));
        out.extend(self.issuers.as_flattened());
        out.extend(self.dimensions.concat());
        out.extend(self.objects.concat());
        out.extend(&self.trailing);
        out.extend([0; 64]);
        publisher.resign(&mut out);
        out
    }
}

/// A delta without changes.
const NOTHING: &[u8] = b"RSNO\x01\x03\0\0\0\0\0\0\0\0";

const SUBJECT: &[u8] = b"\x03\x01\x01\x03sub";
const SESSION: &[u8] = b"\x04\x01\x01\x03sid";
const KEY: &[u8] = b"\x02\x00";

fn load_bytes(manifest: &[u8], objects: &[Vec<u8>]) -> Result<Subscription, Error> {
    let mut subscription = Publisher::new().subscription();
    subscription.offer_manifest(manifest, NOW)?;
    for object in objects {
        subscription.offer_object(object.clone())?;
    }
    subscription.commit()?;
    Ok(subscription)
}

fn load_tokens(change: impl Fn(&mut TokenSet)) -> Result<Subscription, Error> {
    let mut set = TokenSet::valid();
    change(&mut set);
    let bytes = set.bytes();
    load_bytes(&Manifest::of(&[(1, &bytes)], &[]).bytes(), &[bytes])
}

fn load_cut_offs(cut_offs: &CutOffs) -> Result<Subscription, Error> {
    let bytes = cut_offs.bytes();
    let all: [(u8, &[u8]); 3] = [(2, KEY), (3, SUBJECT), (4, SESSION)];
    let live = |number| {
        cut_offs.dimensions.iter().any(|&(live, _)| live == number)
            || cut_offs.literals.iter().any(|literal| literal.number == number)
    };
    let dimensions: Vec<&[u8]> =
        all.into_iter().filter(|&(number, _)| live(number)).map(|(_, record)| record).collect();
    // A set without any dimension still needs one in the manifest to reach the object's own check.
    let dimensions = if dimensions.is_empty() { vec![SUBJECT] } else { dimensions };
    load_bytes(&Manifest::of(&[(2, &bytes)], &dimensions).bytes(), &[bytes])
}

fn object_defect<T>(result: Result<T, Error>) -> &'static str {
    match result {
        Err(Error::ObjectMalformed { reason }) => reason,
        Err(other) => panic!("{other:?}"),
        Ok(_) => "none",
    }
}

#[test]
fn handmade_bytes_without_a_defect_are_taken() {
    let tokens = load_tokens(|_| ()).unwrap();
    assert_eq!(tokens.snapshot().unwrap().entries(), 1);
    let cut_offs = load_cut_offs(&CutOffs::valid()).unwrap();
    assert_eq!(cut_offs.snapshot().unwrap().entries(), 5);
    assert_eq!(load_cut_offs(&CutOffs::without_hashed()).unwrap().snapshot().unwrap().entries(), 2);
    let empty = load_bytes(&Manifest::of(&[], &[]).bytes(), &[]).unwrap();
    assert_eq!(empty.snapshot().unwrap().edition(), MAIN);
}

#[test]
fn token_set_with_a_defect_is_refused() {
    type Change = fn(&mut TokenSet);
    let cases: &[(&str, Change)] = &[
        ("bucket count", |set| set.known = 4_097),
        ("bucket width", |set| set.shift = 5),
        ("bucket width", |set| set.shift = 41),
        ("bucket range", |set| set.first = 1 << 34),
        ("bucket range", |set| set.first = u64::MAX),
        ("bucket range", |set| (set.shift, set.first) = (40, 1)),
        ("range without buckets", |set| (set.known, set.capacities) = (0, vec![1])),
        ("range without buckets", |set| {
            (set.known, set.first, set.shift, set.capacities) = (0, 0, 7, vec![1])
        }),
        ("outer bucket is empty", |set| (set.known, set.capacities) = (2, vec![0, 0, 1])),
        ("outer bucket is empty", |set| (set.known, set.capacities) = (2, vec![0, 1, 0])),
        ("outer bucket is empty", |set| set.capacities = vec![1, 0]),
        ("capacity", |set| set.capacities = vec![0x80, 0, 1]),
        ("capacity", |set| set.capacities = vec![0xff, 0xff, 0xff, 0xff, 0x0f, 1]),
        ("truncated upper bits", |set| set.capacities = vec![0, 0xfe, 0xff, 0xff, 0xff, 0x0f]),
        ("entry count", |set| set.capacities = vec![0, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        ("truncated upper bits", |set| set.count = u32::MAX - 1),
        ("truncated remainders", |set| set.remainders.clear()),
        ("padding bits are not zero", |set| set.upper = vec![0b101]),
        ("upper bits disagree with the entry count", |set| set.upper = vec![0b10]),
        ("upper bits disagree with the entry count", |set| set.upper = vec![0b00]),
        ("entries are not strictly ascending", |set| set.upper = vec![0b11]),
        ("bucket holds more than its capacity", |set| {
            (set.count, set.upper, set.remainders) = (2, vec![0b011], vec![7, 8]);
        }),
        ("entries are not strictly ascending", |set| {
            (set.count, set.capacities, set.upper, set.remainders) =
                (2, vec![0, 2], vec![0b0011], vec![7, 7]);
        }),
        ("no capacity", |set| {
            (set.known, set.count, set.first) = (0, 0, 0);
            (set.capacities, set.upper, set.remainders) = (vec![0], vec![], vec![]);
        }),
        ("trailing bytes", |set| set.trailing = vec![0]),
    ];
    for (at, (reason, change)) in cases.iter().enumerate() {
        assert_eq!(object_defect(load_tokens(change)), *reason, "case {at}");
    }
}

#[test]
fn cut_offs_with_a_defect_are_refused() {
    type Change = fn(&mut CutOffs);
    let cases: &[(&str, Change)] = &[
        ("unknown dimension", |set| set.dimensions[0].0 = 0),
        ("unknown dimension", |set| set.dimensions[0].0 = 2),
        ("unknown dimension", |set| set.dimensions[1].0 = 32),
        ("dimensions are not strictly ascending", |set| set.dimensions[1].0 = 3),
        ("dimensions are not strictly ascending", |set| set.dimensions.reverse()),
        ("capacity", |set| set.dimensions[1].1 = 0),
        ("bucket holds more than its capacity", |set| {
            (set.dimensions, set.upper) = (vec![(3, 1), (4, 2)], vec![0b00_1011]);
        }),
        ("time range", |set| set.width = 41),
        ("time range", |set| set.base = 1 << 40),
        ("time range", |set| set.base = (1 << 40) - 2),
        ("time range", |set| set.times = vec![0b10_01_01]),
        ("time range", |set| set.times = vec![0b01_00_01]),
        ("padding bits are not zero", |set| set.times = vec![0b01_10_00_01]),
        ("truncated literals", |set| set.literal_count = 3),
        ("truncated literals", |set| set.literal_count = u32::MAX),
        ("trailing bytes", |set| set.literal_count = 1),
        ("literals are not strictly ascending", |set| set.literals.reverse()),
        ("literals are not strictly ascending", |set| set.literals[1].value = b"a".into()),
        ("literals are not strictly ascending", |set| set.literals[0].issuer = 2),
        ("literals are not strictly ascending", |set| set.literals[0].value = b"ba".into()),
        ("literal value", |set| set.literals[0].number = 1),
        ("literal value", |set| set.literals[0].number = 3),
        ("literal value", |set| set.literals[0].number = 0),
        ("literal value", |set| set.literals[0].value = vec![0xff]),
        ("time range", |set| set.literals[1].time = 1 << 40),
        ("trailing bytes", |set| set.trailing = vec![0; 50]),
    ];
    for (at, (reason, change)) in cases.iter().enumerate() {
        let mut cut_offs = CutOffs::valid();
        change(&mut cut_offs);
        assert_eq!(object_defect(load_cut_offs(&cut_offs)), *reason, "case {at}");
    }
}

#[test]
fn cut_offs_without_hashed_entries_have_no_time_range() {
    for (width, base) in [(1, 0), (0, 1)] {
        let found = load_cut_offs(&CutOffs { width, base, ..CutOffs::without_hashed() });
        assert_eq!(object_defect(found), "time range");
    }
    let nothing = CutOffs { literal_count: 0, literals: vec![], ..CutOffs::without_hashed() };
    assert_eq!(object_defect(load_cut_offs(&nothing)), "no capacity");
}

#[test]
fn object_of_another_format_or_version_is_refused() {
    for (at, value, reason) in [(0, b'X', "magic"), (4, 0, "format version"), (4, 2, "format version")] {
        let mut bytes = TokenSet::valid().bytes();
        bytes[at] = value;
        let found = load_bytes(&Manifest::of(&[(1, &bytes)], &[]).bytes(), &[bytes]);
        assert_eq!(object_defect(found), reason);
    }
}

#[test]
fn manifest_with_a_defect_is_refused() {
    type Change = fn(&mut Manifest);
    let cases: &[(&str, Change)] = &[
        ("max-stale", |manifest| manifest.max_stale = 31 * 86_400 + 1),
        ("version of the publication", |manifest| manifest.version = 1 << 53),
        ("version of the publication", |manifest| manifest.version = u64::MAX),
        ("times", |manifest| manifest.next_update = manifest.issued_at),
        ("times", |manifest| manifest.max_stale = 299),
        ("times", |manifest| (manifest.issued_at, manifest.next_update) = ((1 << 40) - 3_600, (1 << 40) - 1)),
        ("times", |manifest| (manifest.issued_at, manifest.next_update) = (u64::MAX - 1, u64::MAX)),
        ("issuers", |manifest| manifest.issuers.reverse()),
        ("issuers", |manifest| manifest.issuers[1] = manifest.issuers[0]),
        ("part", |manifest| manifest.part = [3, 0, 0, 0]),
        ("part", |manifest| manifest.part = [0, 13, 0, 0]),
        ("part", |manifest| manifest.part = [0, 1, 1, 0]),
        ("part", |manifest| manifest.part = [1, 1, 1, 0]),
        ("part", |manifest| manifest.part = [2, 0, 0, 0]),
        ("part", |manifest| manifest.part = [2, 1, 2, 0]),
        ("part", |manifest| manifest.part = [2, 12, 0, 16]),
        ("least wait", |manifest| manifest.least_wait = 3_601),
        ("issuers", |manifest| (manifest.counts[2], manifest.issuers) = (0, vec![])),
        ("unknown dimension", |manifest| manifest.dimensions[0][0] = 0),
        ("unknown dimension", |manifest| manifest.dimensions[2][0] = 32),
        ("dimensions are not strictly ascending", |manifest| manifest.dimensions.swap(1, 2)),
        ("dimensions are not strictly ascending", |manifest| manifest.dimensions[2] = SUBJECT.into()),
        ("members of a dimension", |manifest| manifest.dimensions[0] = b"\x02\x01\x01\x03kid".into()),
        ("members of a dimension", |manifest| manifest.dimensions[1] = b"\x03\x00".into()),
        ("claim names", |manifest| manifest.dimensions[1] = b"\x03\x01\x00".into()),
        ("claim names", |manifest| manifest.dimensions[1] = b"\x03\x01\x05\x01a\x01b\x01c\x01d\x01e".into()),
        ("claim names", |manifest| manifest.dimensions[1] = b"\x03\x01\x01\x00".into()),
        ("claim names", |manifest| manifest.dimensions[1] = b"\x03\x01\x02\x01a\x01a".into()),
        ("claim names", |manifest| manifest.dimensions[1] = b"\x03\x01\x01\x01\xff".into()),
        ("unknown object kind", |manifest| manifest.objects[0][0] = 0),
        ("unknown object kind", |manifest| manifest.objects[1][0] = 3),
        ("object length", |manifest| manifest.objects[0][1..5].fill(0)),
        ("object length", |manifest| manifest.objects[0][1..5].copy_from_slice(&[1, 0, 0, 4])),
        ("objects are not strictly ascending", |manifest| manifest.objects.reverse()),
        ("objects are not strictly ascending", |manifest| manifest.objects[0][0] = 2),
        ("dimensions disagree with objects", |manifest| {
            (manifest.counts[0], manifest.objects) = (1, manifest.objects[..1].into());
        }),
        ("no way from the base to the version", |manifest| manifest.base[0] = 2),
        ("no way from the base to the version", |manifest| manifest.base[0] = 0),
        ("base", |manifest| manifest.base[2] = 1 << 40),
        ("base", |manifest| manifest.base[3] = 1 << 40),
        ("base", |manifest| manifest.base[1] = 1 << 53),
        ("delta count", |manifest| manifest.counts[3] = 65),
        ("delta count", |manifest| manifest.counts[4] = 65),
        ("delta length", |manifest| manifest.tiles(&[(0, 1, 0)])),
        ("delta length", |manifest| manifest.tiles(&[(0, 1, 8 * 1024 * 1024 + 1)])),
        ("delta span", |manifest| manifest.tiles(&[(0, 0, 9)])),
        ("delta span", |manifest| manifest.tiles(&[(0, 2, 9)])),
        ("delta span", |manifest| manifest.tiles(&[(2, 1, 9)])),
        ("deltas are not in order", |manifest| manifest.tiles(&[(0, 1, 9), (0, 1, 9)])),
        ("delta", |manifest| manifest.carry(&[(0, 1, b"")])),
        ("delta", |manifest| manifest.carry(&[(0, 1, b"RSNO\x01\x03\0\0\0\0\0\0\0\0\0")])),
        ("deltas are not in order", |manifest| manifest.carry(&[(0, 1, NOTHING), (0, 1, NOTHING)])),
        ("trailing bytes", |manifest| manifest.trailing = vec![0]),
        ("truncated", |manifest| manifest.counts[0] = 3),
        ("truncated", |manifest| manifest.counts[2] = 255),
    ];
    let (tokens, cut_offs) = (TokenSet::valid().bytes(), CutOffs::valid().bytes());
    let valid = Manifest::of(&[(1, &tokens), (2, &cut_offs)], &[KEY, SUBJECT, SESSION]);
    assert!(load_bytes(&valid.bytes(), &[tokens, cut_offs]).is_ok());
    for (at, (reason, change)) in cases.iter().enumerate() {
        let mut manifest = valid.clone();
        change(&mut manifest);
        let found = Publisher::new().subscription().offer_manifest(&manifest.bytes(), NOW);
        assert_eq!(found, Err(Error::ManifestMalformed { reason }), "case {at}");
    }
}

/// A dimension by time and one by generation, of a manifest whose cut-offs are of subjects.
const DEVICE: &[u8] = b"\x08\x02\x01\x03sub\x02\x03did\x01d\x06device";
const ACCOUNT: &[u8] = b"\x14\x01\x01\x03sub\x07account\x03gen";
const SUBJECT_CLIENT: &[u8] = b"\x07\x02\x01\x03sub\x02\x09client_id\x03azp";

#[test]
fn dimension_record_with_a_defect_is_refused() {
    let bytes = Publisher::new().publish(&[cut_off(Dimension::Subject, "x", 9)]).objects[0].bytes.clone();
    let offered = |dimensions: &[&[u8]]| {
        let manifest = Manifest::of(&[(2, &bytes)], dimensions);
        Publisher::new().subscription().offer_manifest(&manifest.bytes(), NOW).map(drop)
    };
    assert_eq!(offered(&[SUBJECT, SUBJECT_CLIENT, DEVICE, ACCOUNT]), Ok(()));
    let [order, members, claims, name, unknown, truncated, rest] = [
        "dimensions are not strictly ascending",
        "members of a dimension",
        "claim names",
        "dimension name",
        "unknown dimension",
        "truncated",
        "trailing bytes",
    ];
    let long = [&b"\x08\x01\x01\x01a\x21"[..], &[b'x'; 33]].concat();
    let other_name = b"\x15\x01\x01\x03sub\x06device\x03gen";
    let cases: &[(&str, &[&[u8]])] = &[
        (order, &[SUBJECT, ACCOUNT, DEVICE]),
        (order, &[DEVICE, SUBJECT]),
        (order, &[SUBJECT, DEVICE, DEVICE]),
        (members, &[b"\x02\x01\x01\x03kid"]),
        (members, &[b"\x01\x01\x01\x03iss"]),
        (members, &[b"\x03\x02\x01\x03sub\x01\x03sid"]),
        (members, &[b"\x07\x01\x01\x03sub"]),
        (members, &[b"\x07\x03\x01\x03sub\x01\x03azp\x01\x03sid"]),
        (members, &[b"\x08\x00\x06device"]),
        (members, &[b"\x08\x05\x01\x01a\x01\x01b\x01\x01c\x01\x01d\x01\x01e\x06device"]),
        (claims, &[b"\x08\x01\x00\x06device"]),
        (claims, &[b"\x08\x01\x05\x01a\x01b\x01c\x01d\x01e\x06device"]),
        (claims, &[b"\x08\x01\x01\x00\x06device"]),
        (claims, &[b"\x08\x01\x02\x01a\x01a\x06device"]),
        (claims, &[b"\x08\x01\x01\x02\xc3\x28\x06device"]),
        (claims, &[b"\x14\x01\x01\x03sub\x07account\x00"]),
        (claims, &[b"\x14\x01\x01\x03sub\x07account\x01\xff"]),
        (name, &[b"\x08\x01\x01\x01a\x00"]),
        (name, &[&long]),
        (name, &[b"\x08\x01\x01\x01a\x06Device"]),
        (name, &[b"\x08\x01\x01\x01a\x07de vice"]),
        (name, &[b"\x08\x01\x01\x01a\x03de."]),
        (name, &[b"\x08\x01\x01\x01a\x02\xc3\xa4"]),
        (name, &[b"\x08\x01\x01\x01a\x05token"]),
        (name, &[b"\x08\x01\x01\x01a\x07subject"]),
        (name, &[b"\x08\x01\x01\x01a\x0esubject_client"]),
        (name, &[DEVICE, other_name]),
        (unknown, &[b"\x20\x01\x01\x03sub\x07account\x03gen"]),
        (unknown, &[b"\xff\x01\x01\x03sub\x07account\x03gen"]),
        (truncated, &[&DEVICE[..DEVICE.len() - 1]]),
        (truncated, &[b"\x08\x01\x01\x01a"]),
        (truncated, &[b"\x14\x01\x01\x03sub\x07account"]),
        (rest, &[b"\x08\x01\x01\x01a\x06device\x03gen"]),
    ];
    for (at, (reason, dimensions)) in cases.iter().enumerate() {
        let manifest = Manifest { objects: vec![], ..Manifest::of(&[(2, &bytes)], dimensions) };
        let manifest = Manifest { counts: [0, manifest.counts[1], 2, 0, 0], ..manifest };
        let found = Publisher::new().subscription().offer_manifest(&manifest.bytes(), NOW);
        assert_eq!(found.map(drop), Err(Error::ManifestMalformed { reason }), "case {at}");
    }
}

#[test]
fn base_of_an_earlier_version_is_reached_by_a_carried_delta() {
    let tokens = TokenSet::valid().bytes();
    let mut manifest = Manifest::of(&[(1, &tokens)], &[]);
    manifest.base[0] = 0;
    manifest.carry(&[(0, 1, NOTHING)]);
    let subscription = load_bytes(&manifest.bytes(), &[tokens]).unwrap();
    assert_eq!(subscription.snapshot().unwrap().entries(), 1);
}

#[test]
fn carried_delta_that_contradicts_base_or_manifest_is_refused() {
    let tokens = TokenSet::valid().bytes();
    let defect = |delta: &[u8]| {
        let mut manifest = Manifest::of(&[(1, &tokens)], &[]);
        manifest.base[0] = 0;
        manifest.carry(&[(0, 1, delta)]);
        object_defect(load_bytes(&manifest.bytes(), core::slice::from_ref(&tokens)))
    };
    // One token in a universe of one quotient, which is the base's, then of two; one cut-off without a base for it.
    let own = b"RSNO\x01\x03\x01\x01\0\0\0\0\0\0\x01\0\0\0";
    let wider = b"RSNO\x01\x03\x02\x01\0\0\0\0\0\0\x01\0\0\0\0";
    let cut_off = b"RSNO\x01\x03\0\0\0\x01\x01\0\0\0\x01\0\0\0\0\x05\0\0\0\0\0\0\0";
    let key = [&b"RSNO\x01\x03\0\0\0\0\0\0\x01\0\x02"[..], &[1; 32], &[5, 0, 0, 0, 0, 0, 0, 0, 1, 0], b"k"]
        .concat();
    assert_eq!(defect(own), "none");
    assert_eq!(defect(wider), "delta of another universe");
    assert_eq!(defect(cut_off), "delta of another universe");
    assert_eq!(defect(&key), "dimension that the manifest does not declare");
}

#[test]
fn entry_count_that_is_not_the_base_s_is_refused() {
    let tokens = TokenSet::valid().bytes();
    let mut manifest = Manifest::of(&[(1, &tokens)], &[]);
    manifest.base[1] = 2;
    let found = load_bytes(&manifest.bytes(), &[tokens]);
    assert_eq!(object_defect(found), "entry count differs from the manifest's");
}

#[test]
fn object_of_the_largest_length_may_be_named() {
    let mut manifest = Manifest::of(&[(1, &TokenSet::valid().bytes())], &[]);
    manifest.objects[0][1..5].copy_from_slice(&[0, 0, 0, 4]);
    let plan = Publisher::new().subscription().offer_manifest(&manifest.bytes(), NOW).unwrap();
    assert_eq!(plan.needed[0].length, 64 * 1024 * 1024);
}

/// A publisher may name other claims for a dimension than this project's writer does.
#[test]
fn claims_are_those_the_manifest_names() {
    let bytes = Publisher::new().publish(&[cut_off(Dimension::Subject, "x", 9)]).objects[0].bytes.clone();
    let renamed = Manifest::of(&[(2, &bytes)], &[b"\x03\x01\x02\x01a\x01b"]);
    let subscription = load_bytes(&renamed.bytes(), &[bytes]).unwrap();
    let status = |claim| Token::new().issued(0).claim(claim, &["x"]).status(&subscription);
    let revoked = cut_off_at(Dimension::Subject, 9);
    assert_eq!(
        [status("a"), status("b"), status("sub")],
        [revoked.clone(), revoked, RevocationStatus::NotRevoked]
    );
}
