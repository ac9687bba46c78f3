//! The instance: its keys, each behind a handle that is checked on every use.
use crate::lanes::Lanes;
use crate::montgomery::{Modulus, Shape, Workspace};
use crate::offsets::Offsets;

/// Bytes of the longest modulus, and of the exchange buffer.
pub const BLOCK: usize = 512;
/// Keys an instance can hold: 128 of about 2.1 KiB each. Where more are in use, the others take the baseline.
pub const KEYS: usize = 128;
const SLOTS: u32 = 128;
/// The public exponents served here; a known-answer test covers them.
const EXPONENTS: [u32; 2] = [3, 65537];

/// A place for one key. Its handle is never 0 and not used again before 2^25 other keys went through the slot.
struct Slot {
    handle: u32,
    live: bool,
    bytes: usize,
    exponent: u32,
    modulus: Modulus,
}

impl Slot {
    const FREE: Self = Self { handle: 0, live: false, bytes: 0, exponent: 0, modulus: Modulus::UNSET };
}

/// Everything that lives in the module's memory. All zeros at first, so it takes no room in the file.
pub struct Instance {
    /// Where JavaScript puts a modulus or a signature, big-endian, and finds the result.
    pub exchange: [u8; BLOCK],
    offsets: [Offsets; Shape::ALL.len()],
    workspace: Workspace,
    slots: [Slot; KEYS],
}

impl Instance {
    pub const fn new() -> Self {
        Self {
            exchange: [0; BLOCK],
            offsets: [const { Offsets::UNSET }; Shape::ALL.len()],
            workspace: Workspace::new(),
            slots: [const { Slot::FREE }; KEYS],
        }
    }

    /// Prepares the modulus that stands in the first `bytes` bytes of the exchange buffer.
    /// Returns its handle, or `None` where size, parity or exponent are not served or every slot is taken.
    pub fn import_key(&mut self, bytes: usize, exponent: u32) -> Option<u32> {
        let (offsets, shape) = offsets(&mut self.offsets, bytes)?;
        let modulus = self.exchange.get(..bytes)?;
        let acceptable =
            modulus.first()? & 0x80 != 0 && modulus.last()? & 1 == 1 && EXPONENTS.contains(&exponent);
        let (index, slot) =
            (0..SLOTS).zip(&mut self.slots).find(|(_, slot)| !slot.live).filter(|_| acceptable)?;
        offsets.ensure(shape, &mut self.workspace)?;
        let handle = slot.handle.checked_add(SLOTS).filter(|_| slot.handle != 0).unwrap_or(index + 1);
        let modulus = Modulus::prepare(modulus, shape, offsets, &mut self.workspace)?;
        *slot = Slot { handle, live: true, bytes, exponent, modulus };
        Some(handle)
    }

    /// Replaces the signature in the exchange buffer by signature^e mod n, both of the modulus' length.
    /// Refuses an unknown handle and a signature that is not less than the modulus.
    pub fn public_operation(&mut self, handle: u32) -> Option<()> {
        let slot = self.slots.get(index(handle)?).filter(|slot| slot.live && slot.handle == handle)?;
        let (offsets, _) = offsets(&mut self.offsets, slot.bytes)?;
        let block = self.exchange.get_mut(..slot.bytes)?;
        slot.modulus.public_operation(block, slot.exponent, offsets, &mut self.workspace)
    }

    /// Frees the slot of a key. Refuses an unknown handle.
    pub fn release_key(&mut self, handle: u32) -> Option<()> {
        let slot = self.slots.get_mut(index(handle)?).filter(|slot| slot.live && slot.handle == handle)?;
        slot.live = false;
        Some(())
    }
}

/// One multiply-add on run-time operands in both lanes, for the probe of fused-ness.
pub fn multiply_add([x, y, z]: [f64; 3], high: bool) -> f64 {
    let [x, y, z] = [x, y, z].map(|value| Lanes::splat(value.to_bits().cast_signed()));
    let sum = x.multiply_add_float(y, z);
    f64::from_bits(if high { sum.high() } else { sum.low() }.cast_unsigned())
}

fn index(handle: u32) -> Option<usize> {
    usize::try_from(handle.checked_sub(1)? % SLOTS).ok()
}

fn offsets(all: &mut [Offsets; Shape::ALL.len()], bytes: usize) -> Option<(&mut Offsets, Shape)> {
    all.iter_mut()
        .zip(Shape::ALL)
        .find(|(_, (length, _))| *length == bytes)
        .map(|(offsets, (_, shape))| (offsets, shape))
}
