//! What did a process say? The end of it, within a bound; the rest is counted.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

/// What is kept of one stream.
#[derive(Debug, Default)]
pub struct Kept {
    last: VecDeque<u8>,
    /// All bytes that came.
    pub total: u64,
}

impl Kept {
    fn take(&mut self, bytes: &[u8], most: usize) {
        self.total = self.total.saturating_add(bytes.len() as u64);
        self.last.extend(bytes);
        let over = self.last.len().saturating_sub(most);
        self.last.drain(..over);
    }

    /// The bytes kept.
    pub fn bytes(&self) -> Vec<u8> {
        self.last.iter().copied().collect()
    }
}

/// A stream that is read beside the process.
pub type Stream = Arc<Mutex<Kept>>;

/// Reads a pipe to its end in a thread of its own and says so when it is there. A pipe that something
/// keeps open after the process ended is left to itself.
pub fn follow(pipe: Option<impl Read + Send + 'static>, most: usize, ended: Sender<()>) -> Stream {
    let stream = Stream::default();
    let Some(mut pipe) = pipe else { return stream };
    let kept = Arc::clone(&stream);
    std::thread::spawn(move || {
        let mut buffer = [0; 16 << 10];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            let bytes = buffer.get(..count).unwrap_or_default();
            kept.lock().unwrap_or_else(PoisonError::into_inner).take(bytes, most);
        }
        // Nobody waits any more: fine.
        ended.send(()).ok();
    });
    stream
}

#[cfg(test)]
mod tests {
    use super::Kept;

    #[test]
    fn the_end_is_kept_and_all_is_counted() {
        let mut kept = Kept::default();
        kept.take(b"abcd", 4);
        assert_eq!((kept.bytes(), kept.total), (b"abcd".to_vec(), 4));
        kept.take(b"e", 4);
        assert_eq!((kept.bytes(), kept.total), (b"bcde".to_vec(), 5));
    }
}
