//! `cargo xtask bench snapshot`, the native half: measures every contender and prints one JSON object for each. With a
//! folder as the second argument it writes the bytes for the other half, which opens them in wasm.
//!
//! `rescind-snapshot-bench COUNTS FOLDER`, for example `1000,100000 target/benchmarks`.

use rescind_snapshot_bench::{
    Bloom, Club, Contender, Fuse, Hasher, Published, Rsn, Sorted, StatusList, Token, object_bytes,
    publish_series, publish_whole,
};
use serde_json::{Value, json};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let counts = arguments.next().ok_or("COUNTS: numbers of entries, as 1000,100000")?;
    let folder = arguments.next().ok_or("FOLDER: where the bytes go")?;
    for count in counts.split(',') {
        Round { count: count.parse()?, folder: Path::new(&folder) }.run()?;
    }
    Ok(())
}

/// One size of the set.
struct Round<'a> {
    count: u32,
    folder: &'a Path,
}

impl Round<'_> {
    fn run(&self) -> Result<(), Failure> {
        let (set, larger) = (0..self.count, 0..self.count + ADDED);
        let (hashed, hashing) = timed(|| Hasher::new().tokens(set.clone()));
        drop(hashed);
        println!("{}", json!({ "entries": self.count, "hashingMs": milliseconds(hashing) }));
        self.rescind()?;
        let (_, build) = timed(|| Fuse::build(set.clone()));
        self.measure::<Fuse>(Fuse::publish(set.clone(), larger.clone()), build)?;
        self.bloom()?;
        let (_, build) = timed(|| Sorted::build(set.clone()));
        self.measure::<Sorted>(Sorted::publish(set.clone(), larger.clone()), build)?;
        let (_, build) = timed(|| StatusList::build(set.clone(), u64::from(self.count) * 100));
        self.measure::<StatusList>(StatusList::publish(set, larger), build)?;
        if self.count <= MOST_OF_CLUBCARD { self.clubcard() } else { Ok(()) }
    }

    /// The size is that of an edition without room; update and fold are those of one with room for a quarter more.
    fn rescind(&self) -> Result<(), Failure> {
        let (set, larger) = (0..self.count, 0..self.count + ADDED);
        let (whole, build) = timed(|| publish_whole(set.clone()));
        let size = object_bytes(&whole?);
        let (published, fold) = publish_series(set, larger)?;
        self.write(Rsn::NAME, "fold", &fold)?;
        let mut result = self.measured::<Rsn>(&published, build)?;
        let folds = |_| {
            let mut opened = Rsn::open(&published.bytes)?;
            opened.take(&published.update)?;
            let (taken, time) = timed(|| opened.take(&fold));
            taken.map(|()| time)
        };
        let fold = median(folds).ok_or("an edition was refused")?;
        result["bytes"] = size.into();
        result["updateBytes"] = object_bytes(&published.update).into();
        result["foldMs"] = milliseconds(fold).into();
        println!("{result}");
        Ok(())
    }

    /// The size is that of a filter without room; the update is that of one with room for the larger set.
    fn bloom(&self) -> Result<(), Failure> {
        let (set, larger) = (0..self.count, 0..self.count + ADDED);
        let (bits, build) = timed(|| Bloom::build(set.clone(), set.end));
        let published = Bloom::publish(set, larger).ok_or("a set that cannot be built")?;
        let mut result = self.measured::<Bloom>(&published, build)?;
        result["bytes"] = bits.len().into();
        println!("{result}");
        Ok(())
    }

    /// It has neither bytes nor updates that could be measured.
    fn clubcard(&self) -> Result<(), Failure> {
        let (card, build) = timed(|| Club::build(self.count));
        let check = self.checked(&card)?;
        println!(
            "{}",
            json!({
                "entries": self.count, "runtime": "native", "contender": Club::NAME, "bytes": card.size(),
                "buildMs": milliseconds(build), "checkNs": nanoseconds(check) / f64::from(CHECKS),
            })
        );
        Ok(())
    }

    fn measure<C: Contender>(&self, published: Option<Published>, build: Duration) -> Result<(), Failure> {
        let published = published.ok_or("a set that cannot be built")?;
        println!("{}", self.measured::<C>(&published, build)?);
        Ok(())
    }

    fn measured<C: Contender>(&self, published: &Published, build: Duration) -> Result<Value, Failure> {
        self.write(C::NAME, "set", &published.bytes)?;
        self.write(C::NAME, "update", &published.update)?;
        let refused = || format!("{}: its own bytes are refused", C::NAME);
        let open = median(|_| {
            let (opened, time) = timed(|| C::open(&published.bytes));
            opened.map(|_| time)
        });
        let mut opened = C::open(&published.bytes).ok_or_else(refused)?;
        let check = self.checked(&opened)?;
        let (updated, first) = timed(|| opened.update(&published.update));
        updated.ok_or_else(refused)?;
        let mut all = (0..self.count + ADDED).step_by(97);
        if !all.all(|number| opened.check(&Token::new(number))) {
            return Err(format!("{}: a revoked token is not found after the update", C::NAME).into());
        }
        let warm = median(|_| {
            let mut opened = C::open(&published.bytes)?;
            let (updated, time) = timed(|| opened.update(&published.update));
            updated.map(|()| time)
        });
        Ok(json!({
            "entries": self.count, "runtime": "native", "contender": C::NAME, "bytes": published.bytes.len(),
            "buildMs": milliseconds(build), "openUs": microseconds(open.ok_or_else(refused)?),
            "checkNs": nanoseconds(check) / f64::from(CHECKS), "updateBytes": published.update.len(),
            "updateUs": microseconds(warm.unwrap_or(first)),
        }))
    }

    /// The time of [`CHECKS`] checks of tokens that are not revoked, after those that are were found.
    fn checked(&self, opened: &impl Contender) -> Result<Duration, Failure> {
        if !(0..self.count).step_by(97).all(|number| opened.check(&Token::new(number))) {
            return Err("a revoked token is not found".into());
        }
        let from = self.count + ADDED;
        let time = median(|round: u32| {
            let tokens = Token::list(from + round * CHECKS, CHECKS);
            let (found, time) = timed(|| tokens.iter().filter(|token| opened.check(token)).count());
            (black_box(found) == 0).then_some(time)
        });
        time.ok_or_else(|| "a token is revoked that is not".into())
    }

    fn write(&self, name: &str, what: &str, bytes: &[u8]) -> Result<(), Failure> {
        let name = format!("{}.{}.{what}.bin", name.replace(' ', "-"), self.count);
        Ok(std::fs::write(self.folder.join(name), bytes)?)
    }
}

/// Entries that an update brings.
const ADDED: u32 = 1_000;

/// Tokens that are checked at once; there are a hundred times as many as entries.
const CHECKS: u32 = 2_000;

/// Its universe is a hundred times as large, and built in minutes from here on.
const MOST_OF_CLUBCARD: u32 = 100_000;

const ROUNDS: u32 = 7;

/// The middle of a few rounds.
fn median(mut round: impl FnMut(u32) -> Option<Duration>) -> Option<Duration> {
    let mut times: Vec<Duration> = (0..ROUNDS).map(&mut round).collect::<Option<_>>()?;
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

fn timed<T>(action: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let result = action();
    (result, started.elapsed())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}
