//! `gabion import FILE…`: reports of any tool and any person, into the queue.

use std::io::{self, Write};
use std::path::Path;

use anyhow::anyhow;
use app::books::{Actor, Books, Mode};
use app::intake::{ImportError, Imported, Input, Progress, Request, scope};
use app::intelligence::{Intelligence, IntelligenceError};
use vocab::{Exposure, instant};

use crate::args::{ExposureArg, Global, ImportArgs};
use crate::exit::{Exit, despite_pipe, failed, of, usage};
use crate::render;
use crate::terminal::Terminal;

/// Takes each file in; one that cannot be read keeps none of the others out.
pub fn run(args: ImportArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    if args.files.is_empty() {
        return without_file(&args, terminal);
    }
    let template = request(&args)?;
    let data = super::data_dir(global)?;
    let intelligence = match Intelligence::open(&data) {
        Ok(intelligence) => Some(intelligence),
        Err(IntelligenceError::Absent(_)) => None,
        Err(error) => return Err(super::intelligence_failed(error)),
    };
    let mut books = super::books::open(global, Mode::Create, terminal)?;
    let mut judged = Exit::Complete;
    let mut done = Vec::new();
    let mut failures = 0;
    for path in &args.files {
        let request = Request { input: input(path), ..template.clone() };
        match one(&mut books, intelligence.as_ref(), &request, terminal) {
            Ok(imported) => {
                if !imported.whole() {
                    judged = worse(judged, Exit::Incomplete);
                }
                if args.json {
                    imported.remarks.iter().for_each(|remark| terminal.warn(remark));
                }
                done.push(imported);
            }
            // Of a single file the error is the command's own.
            Err(error) if args.files.len() == 1 => return Err(error),
            Err(error) => {
                failures += 1;
                judged = worse(judged, of(&error));
                terminal.error(&error);
            }
        }
    }
    despite_pipe(print(&done, args.files.len() > 1, failures, args.json, terminal), judged)
}

/// `--format list` tells the formats; nothing else goes without a file.
fn without_file(args: &ImportArgs, terminal: &Terminal) -> anyhow::Result<Exit> {
    if args.format.as_deref() != Some("list") {
        let hint = "name a report, or `-` for standard input; `--format list` tells the formats";
        return Err(usage(anyhow!("no FILE is named"), hint.to_owned()));
    }
    let mut out = terminal.out();
    let widest = app::intake::formats().map(|(id, _)| id.len()).max().unwrap_or_default();
    let written = app::intake::formats()
        .try_for_each(|(id, title)| writeln!(out, "{id:widest$}  {title}"))
        .and_then(|()| out.flush());
    despite_pipe(written.map_err(Into::into), Exit::Complete)
}

/// Failed beats usage beats incomplete beats complete.
fn worse(a: Exit, b: Exit) -> Exit {
    if b as u8 > a as u8 { b } else { a }
}

fn input(path: &Path) -> Input {
    if path.as_os_str() == "-" { Input::Stdin } else { Input::File(path.to_path_buf()) }
}

fn request(args: &ImportArgs) -> anyhow::Result<Request> {
    let stdin = args.files.iter().filter(|path| path.as_os_str() == "-").count();
    if stdin > 1 {
        let hint = "standard input can be read once".to_owned();
        return Err(usage(anyhow!("`-` is given {stdin} times"), hint));
    }
    let scanned_at = match &args.scanned_at {
        None => None,
        Some(text) => {
            let read = instant::parse(text).filter(|at| *at >= app::intake::EARLIEST);
            Some(read.ok_or_else(|| {
                let hint = format!("write {}, in 1990 or later", instant::ACCEPTED);
                usage(anyhow!("--scanned-at «{text}» is no instant at which a tool looked"), hint)
            })?)
        }
    };
    Ok(Request {
        asset: args.asset.clone(),
        source: args.source.clone(),
        reference: args.reference.clone(),
        scanned_at,
        scope: scope(args.scope.as_deref().unwrap_or_default()),
        tool_version: args.tool_version.clone(),
        format: args.format.clone(),
        dry_run: args.dry_run,
        exposure: args.exposure.map(|exposure| match exposure {
            ExposureArg::Internet => Exposure::Internet,
            ExposureArg::Internal => Exposure::Internal,
            ExposureArg::Isolated => Exposure::Isolated,
            ExposureArg::Unknown => Exposure::Unknown,
        }),
        owner: args.owner.clone(),
        configs: args.config.clone(),
        ..Request::of(Input::Stdin)
    })
}

fn one(
    (books, actor): &mut (Books, Actor),
    intelligence: Option<&Intelligence>,
    request: &Request,
    terminal: &Terminal,
) -> anyhow::Result<Imported> {
    let name = request.input.name();
    let bar = terminal.waiting(&format!("reading {name}"));
    let mut tell = |progress: Progress| {
        bar.set_message(match progress {
            Progress::Read(claims) => format!("reading {name}: {claims} claims"),
            Progress::Matched(done, all) => format!("{name}: {done} of {all} claims looked up"),
            Progress::Written(done, all) => format!("{name}: {done} of {all} claims written"),
        });
    };
    let made = app::intake::import(actor, books, intelligence, request, super::now(), &mut tell);
    bar.finish_and_clear();
    made.map_err(import_failed)
}

/// The error with its remedy and exit code.
pub fn import_failed(error: ImportError) -> anyhow::Error {
    let hint = match error {
        ImportError::Books(error) => return super::books::books_failed(error),
        ImportError::Config(error) => return super::config_failed(error),
        ImportError::Policy(error) => {
            return usage(error, "`gabion policy show` lists the built-in ones".to_owned());
        }
        ImportError::Intelligence(error) => return super::intelligence_failed(error),
        ImportError::UnknownFormat(_) => {
            let known: Vec<&str> = app::intake::formats().map(|(id, _)| id).collect();
            return usage(error, format!("one of: {}", known.join(", ")));
        }
        ImportError::Name { .. } => return usage(error, None),
        ImportError::Settings(error) => return super::books::settings_failed(error),
        ImportError::Open { ref source, .. } if is_content(source) => {
            "the file was cut or damaged on its way: copy it again, or let the tool write it again"
                .to_owned()
        }
        ImportError::Open { .. } => super::CHECK_PATH.to_owned(),
        ImportError::Unrecognised { ref looks, .. } if looks == "an empty file" => {
            "the tool wrote nothing: look whether it ended with an error, and let it write again"
                .to_owned()
        }
        ImportError::Unrecognised { .. } => {
            "if it is cut, let the tool write it again; else name its format with --format ID (`gabion import --format list` tells the ids, docs/FORMATS.md how a report of your own is written); a lock file or an image is for `gabion scan`".to_owned()
        }
        ImportError::Unreadable { .. } => {
            "if it is another format, name it with --format ID; else let the tool write it again".to_owned()
        }
        ImportError::Changed(_) => "import it again when the tool has ended".to_owned(),
    };
    failed(error, hint)
}

/// Whether what was read is at fault, and not the path.
fn is_content(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof)
}

fn print(
    done: &[Imported],
    several: bool,
    failures: usize,
    json: bool,
    terminal: &Terminal,
) -> anyhow::Result<()> {
    if json {
        let mut out = terminal.data();
        match done {
            [one] if !several => serde_json::to_writer_pretty(&mut out, one),
            all => {
                let all = serde_json::json!({ "schema": app::intake::SCHEMA, "files": all, "failed": failures });
                serde_json::to_writer_pretty(&mut out, &all)
            }
        }
        .map_err(io::Error::from)?;
        writeln!(out)?;
        Ok(out.flush()?)
    } else {
        let mut out = terminal.out();
        for imported in done {
            render::import::write(&mut out, imported, terminal)?;
        }
        Ok(out.flush()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Told;

    fn hint(error: &anyhow::Error) -> Option<&str> {
        error.downcast_ref::<Told>().and_then(|told| told.hint.as_deref())
    }

    #[test]
    fn an_unknown_report_is_told_what_to_do() {
        let unknown = ImportError::Unrecognised { file: "a".to_owned(), looks: "JSON".to_owned() };
        let error = import_failed(unknown);
        assert_eq!(of(&error), Exit::Failed);
        assert!(
            hint(&error).is_some_and(|h| h.contains("--format") && h.contains("docs/FORMATS.md"))
        );
        let error = import_failed(ImportError::UnknownFormat("x".to_owned()));
        assert_eq!(of(&error), Exit::Usage);
    }
}
