//! `gabion verify [F-n…]`: what has become of open findings since the world learned more?

use std::io::{self, Write};

use anyhow::anyhow;
use app::books::Mode;
use app::intake::verify::{Request, VerifyError};
use app::intelligence::Intelligence;

use crate::args::{Global, VerifyArgs};
use crate::exit::{Exit, despite_pipe, usage};
use crate::render;
use crate::terminal::Terminal;

/// Verifies.
pub fn run(args: VerifyArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let findings = args.findings.iter().map(|name| number(name)).collect::<anyhow::Result<_>>()?;
    let data = super::data_dir(global)?;
    let intelligence = Intelligence::open(&data).map_err(super::intelligence_failed)?;
    let (mut books, actor) = super::books::open(global, Mode::Existing, terminal)?;
    let request = Request { findings, configs: args.config };
    let now = super::now();
    let bar = terminal.waiting("looking at open findings again");
    let verified = app::intake::verify::verify(&actor, &mut books, &intelligence, &request, now);
    bar.finish_and_clear();
    let verified = verified.map_err(failed)?;
    verified.remarks.iter().for_each(|remark| terminal.warn(remark));
    let print = || -> anyhow::Result<()> {
        if args.json {
            let mut out = terminal.data();
            serde_json::to_writer_pretty(&mut out, &verified).map_err(io::Error::from)?;
            writeln!(out)?;
            Ok(out.flush()?)
        } else {
            let mut out = terminal.out();
            render::verify::write(&mut out, &verified, now, terminal)?;
            Ok(out.flush()?)
        }
    };
    despite_pipe(print(), Exit::Complete)
}

fn number(name: &str) -> anyhow::Result<i64> {
    let digits = name.trim_start_matches(['F', 'f']).trim_start_matches('-');
    let number = digits.parse().ok().filter(|n| *n > 0);
    number.ok_or_else(|| {
        usage(anyhow!("«{name}» is no finding"), "findings are called F-12, or 12".to_owned())
    })
}

fn failed(error: VerifyError) -> anyhow::Error {
    match error {
        VerifyError::Books(error) => super::books::books_failed(error),
        VerifyError::Config(error) => super::config_failed(error),
        VerifyError::Policy(error) => {
            usage(error, "`gabion policy show` lists the built-in ones".to_owned())
        }
        VerifyError::Settings(error) => super::books::settings_failed(error),
        VerifyError::Intelligence(error) => super::intelligence_failed(error),
    }
}
