//! Where does the builder keep strings and lists so that each stands in the index once?
//!
//! In: strings and lists of numbers. Out: their places, and at the end the bytes of the two sections.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use xxhash_rust::xxh3::xxh3_64;

use super::layout::NONE;

/// Strings, each kept once.
#[derive(Debug, Default)]
pub struct Strings {
    bytes: Vec<u8>,
    places: HashMap<u64, u32>,
    full: bool,
}

impl Strings {
    /// The place of a string; what is longer than 65,535 bytes is cut at a character. `NONE` when the
    /// section is full (4 GiB), which [`Strings::is_full`] tells.
    pub fn place(&mut self, text: &str) -> u32 {
        let text = cut(text, usize::from(u16::MAX));
        let next = match u32::try_from(self.bytes.len()) {
            Ok(next) if next < NONE - 70_000 => next,
            _ => {
                self.full = true;
                return NONE;
            }
        };
        match self.places.entry(xxh3_64(text.as_bytes())) {
            Entry::Occupied(entry) => {
                let place = *entry.get();
                if get(&self.bytes, place) == text {
                    return place;
                }
            }
            Entry::Vacant(entry) => {
                entry.insert(next);
            }
        }
        self.bytes.extend_from_slice(&(text.len() as u16).to_le_bytes());
        self.bytes.extend_from_slice(text.as_bytes());
        next
    }

    /// The string at a place; empty when there is none.
    pub fn get(&self, place: u32) -> &str {
        get(&self.bytes, place)
    }

    /// True once a string found no room.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// The bytes of the section.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

fn get(bytes: &[u8], place: u32) -> &str {
    let at = place as usize;
    let length = bytes.get(at..).and_then(|rest| rest.first_chunk());
    let length = length.map_or(0, |two| usize::from(u16::from_le_bytes(*two)));
    let text = bytes.get(at + 2..at + 2 + length).unwrap_or(&[]);
    std::str::from_utf8(text).unwrap_or("")
}

/// The longest beginning of a text that has at most `limit` bytes.
pub fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let end = (0..=limit).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or("")
}

/// Lists of numbers, equal ones kept once.
#[derive(Debug, Default)]
pub struct Lists {
    numbers: Vec<u32>,
    places: HashMap<u64, u32>,
}

impl Lists {
    /// The place of a list; `NONE` for the empty one.
    pub fn place(&mut self, members: &[u32]) -> u32 {
        if members.is_empty() {
            return NONE;
        }
        let bytes: Vec<u8> = members.iter().flat_map(|m| m.to_le_bytes()).collect();
        let next = u32::try_from(self.numbers.len()).unwrap_or(NONE);
        match self.places.entry(xxh3_64(&bytes)) {
            Entry::Occupied(entry) => {
                let place = *entry.get();
                if get_list(&self.numbers, place) == members {
                    return place;
                }
            }
            Entry::Vacant(entry) => {
                entry.insert(next);
            }
        }
        self.numbers.push(members.len() as u32);
        self.numbers.extend_from_slice(members);
        next
    }

    /// How many numbers the section has.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The bytes of the section.
    pub fn into_bytes(self) -> Vec<u8> {
        self.numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }
}

fn get_list(numbers: &[u32], place: u32) -> &[u32] {
    let at = place as usize;
    let count = numbers.get(at).map_or(0, |count| *count as usize);
    numbers.get(at + 1..at + 1 + count).unwrap_or(&[])
}
