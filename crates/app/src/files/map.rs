//! The one memory map: the index file, read only.
#![expect(
    unsafe_code,
    reason = "memory-mapping a file is unsafe by nature; the argument stands at the call"
)]

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// Maps a file for reading. The map stays valid when the file is replaced by rename, which is how
/// `sync` replaces it.
///
/// # Errors
/// What the operating system says: absent, not permitted, not a regular file.
pub fn map(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    // SAFETY: a map is unsound only if the bytes change while they are borrowed. The file belongs to
    // the user's own data directory; `sync` never writes to it in place but renames a finished file
    // over it, so the mapped inode is never modified by us. Should another program truncate it, the
    // process ends with SIGBUS and no wrong answer; should it write into it, the readers of `intel`
    // check every offset and block sum and treat the bytes as plain `u8`, for which any value is valid.
    let map = unsafe { Mmap::map(&file) }?;
    // Look-ups jump about: reading ahead would make every scan hold most of the file. Only a hint, so
    // a system that refuses it loses nothing but memory.
    #[cfg(unix)]
    map.advise(memmap2::Advice::Random).ok();
    Ok(map)
}
