//! Which image is asked for, and what do its layers make together?
//!
//! In: the [`Candidate`]s of an archive, the platform that was asked for, and the layers. Out: one
//! [`Image`], or why it cannot be said which.

use std::rc::Rc;

use super::archive::{Item, LayerRead};
use super::layer::{Contents, Look, Problem, note};
use super::manifest::{self, Candidate, Documents, LayerAt};
use super::merge::merge;
use super::{Image, ImageError, Layer, stream};

/// Where documents and layers come from.
pub(super) trait Store: Documents {
    /// The layer at a path in the archive; `None` when there is nothing.
    fn layer(&mut self, path: &str) -> Option<Item>;
}

/// The image that is asked for; `None` when no document describes any.
pub(super) fn image(
    store: &mut dyn Store,
    platform: Option<&str>,
    look: &dyn Look,
) -> Result<Option<Image>, ImageError> {
    let Some((candidates, mut problems)) = manifest::candidates(store) else {
        return Ok(None);
    };
    let (chosen, others) = choose(candidates, platform)?;
    problems.extend(others);
    assemble(store, chosen, problems, look).map(Some)
}

/// One of the images, and the others as problems.
fn choose(
    candidates: Vec<Candidate>,
    platform: Option<&str>,
) -> Result<(Candidate, Vec<Problem>), ImageError> {
    let mut there: Vec<String> = candidates
        .iter()
        .map(|c| if c.platform.is_empty() { "one not stated".into() } else { c.platform.clone() })
        .collect();
    there.sort_unstable();
    there.dedup();
    let mut fitting = match platform {
        None if there.len() > 1 => {
            let wanted = "several platforms, and none was asked for".into();
            return Err(ImageError::Platform { wanted, there });
        }
        None => candidates,
        Some(wanted) => {
            let exact = |c: &Candidate| normal(&c.platform) == normal(wanted);
            let any = candidates.iter().any(exact);
            candidates
                .into_iter()
                .filter(|c| if any { exact(c) } else { fits(wanted, &c.platform) })
                .collect()
        }
    }
    .into_iter();
    let Some(chosen) = fitting.next() else {
        return Err(match platform {
            Some(wanted) if !there.is_empty() => {
                ImageError::Platform { wanted: format!("no image for {wanted}"), there }
            }
            _ => ImageError::Shape("its documents name no image whose manifest is there".into()),
        });
    };
    let other = |c: Candidate| {
        let name = c.references.first().cloned().unwrap_or(c.digest);
        (name, "another image of the same archive; only the first was read".to_owned())
    };
    Ok((chosen, fitting.map(other).collect()))
}

/// `os/architecture[/variant]` as it is compared: other tools' words for architectures, and the
/// variants that are meant when none is said (OCI image specification 1.1, image-index.md).
fn normal(platform: &str) -> (String, String, String) {
    let lower = platform.to_ascii_lowercase();
    let mut parts: Vec<&str> = lower.split('/').collect();
    if parts.len() == 1 {
        parts.insert(0, "linux");
    }
    let at = |index: usize| parts.get(index).copied().unwrap_or_default();
    let architecture = match at(1) {
        "x86_64" | "x86-64" => "amd64",
        "aarch64" => "arm64",
        "i386" | "i686" | "x86" => "386",
        "armhf" => "arm",
        other => other,
    };
    let variant = match (architecture, at(2)) {
        ("arm64", "" | "8") => "v8",
        ("arm", "" | "7") => "v7",
        ("amd64", "v1") => "",
        (_, variant) => variant,
    };
    (at(0).to_owned(), architecture.to_owned(), variant.to_owned())
}

/// Whether an image fits what was asked for without a variant.
fn fits(wanted: &str, platform: &str) -> bool {
    let (wanted, there) = (normal(wanted), (normal(platform), wanted.matches('/').count()));
    let (there, slashes) = there;
    slashes < 2 && (wanted.0, wanted.1) == (there.0, there.1)
}

fn assemble(
    store: &mut dyn Store,
    chosen: Candidate,
    mut problems: Vec<Problem>,
    look: &dyn Look,
) -> Result<Image, ImageError> {
    chosen.problems.iter().for_each(|(path, what)| note(&mut problems, path, what.as_str()));
    let ids = &chosen.config.rootfs.diff_ids;
    if ids.len() != chosen.layers.len() {
        let (stated, there) = (ids.len(), chosen.layers.len());
        let what = format!("the configuration speaks of {stated} layers, the manifest of {there}");
        note(&mut problems, &chosen.digest, what);
    }
    if chosen.platform.starts_with("windows/") {
        let what = "a Windows image: what Windows itself installs is not evaluated";
        note(&mut problems, &chosen.platform, what);
    }
    let created = chosen.config.created_by();
    let told = created.len() == chosen.layers.len();
    let mut layers = Vec::new();
    let mut contents: Vec<Rc<Contents>> = Vec::new();
    for (number, at) in chosen.layers.iter().enumerate() {
        let read = match store.layer(&at.path) {
            Some(Item::Layer(read)) => Ok(read),
            Some(Item::Unread(why)) => Err(why),
            Some(Item::Document(bytes)) => {
                let head = bytes.get(..stream::HEAD).unwrap_or(&bytes);
                Err(stream::packing(head).err().unwrap_or("is no layer").to_owned())
            }
            None if at.foreign => {
                Err("is not in the archive, but has to be fetched elsewhere".into())
            }
            None => Err("is not in the archive".into()),
        };
        let stated = at.digest.clone().unwrap_or_else(|| at.path.clone());
        let created_by = created.get(number).filter(|_| told).copied().unwrap_or_default();
        let name = format!("layer {} ({stated})", number + 1);
        match read {
            Ok(read) => {
                judge(&read, at, ids.get(number), &name, &mut problems);
                let all = read.contents.problems.iter();
                all.for_each(|(path, what)| note(&mut problems, path, what.as_str()));
                contents.push(read.contents.clone());
                layers
                    .push(Layer { digest: read.digest.clone(), created_by: created_by.to_owned() });
            }
            Err(why) => {
                let kind = match at.media_type.as_str() {
                    "" => String::new(),
                    media_type => format!(" (its media type is {media_type})"),
                };
                note(&mut problems, &name, format!("{why}{kind}"));
                contents.push(Rc::default());
                layers.push(Layer { digest: stated, created_by: created_by.to_owned() });
            }
        }
    }
    let (placed, more) = merge(&contents, look);
    more.iter().for_each(|(path, what)| note(&mut problems, path, what.as_str()));
    let Candidate { digest, references, platform, .. } = chosen;
    Ok(Image { digest, references, platform, layers, placed, problems })
}

/// Whether a layer is the one that was meant, and whole.
fn judge(
    read: &LayerRead,
    at: &LayerAt,
    id: Option<&String>,
    name: &str,
    problems: &mut Vec<Problem>,
) {
    if let Some(failure) = &read.failure {
        note(problems, name, format!("was not read to its end: {failure}"));
    }
    if let Some(stated) = at.digest.as_ref().filter(|stated| **stated != read.digest) {
        note(problems, name, manifest::mismatch(stated, &read.digest));
    }
    match id {
        Some(id) if *id != read.unpacked && read.failure.is_none() => {
            note(problems, name, manifest::mismatch(id, &read.unpacked));
        }
        None if !read.marked && read.failure.is_none() => {
            note(problems, name, "has no end mark, and nothing else tells whether it is whole");
        }
        _ => {}
    }
}
