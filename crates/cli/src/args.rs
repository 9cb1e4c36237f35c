//! What can be typed? Every command, option and their help.

pub mod queue;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command as Parsed, CommandFactory, FromArgMatches};
use clap::{Parser, Subcommand, ValueEnum};

/// Fixes ordered by when they are due, and why.
#[derive(Debug, Parser)]
#[command(
    name = "gabion",
    version,
    about = "Fixes ordered by when they are due, and why",
    long_about = "Gabion knows what you run, knows what attackers can use today, and lists the fixes \
                  ordered by when they are due. It says what it could not evaluate; incomplete is never clean.",
    after_help = "Start here:\n  gabion demo                 see a queue without network or set-up\n  gabion sync                 fetch what the world knows\n  gabion scan PATH            list the fixes due in a repository, an image, a system, a bill of materials\n  gabion fix PATH             edit manifests and lock files so that they hold\n  gabion import REPORT        take any scanner's report into the queue: `gabion queue`\n\nExit codes: 0 complete and gate not hit, 1 gate hit, 2 usage or configuration,\n            3 incomplete (see --allow-incomplete), 4 failed",
    arg_required_else_help = true,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

const ROLE: &str = "lesser-role";
const ROLE_HELP: &str = "Act in a lesser role than the ledger gives you: viewer, triager, owner, agent; of \
                         several the least acts [also: the environment's GABION_ROLE]";

impl Cli {
    /// What was typed.
    ///
    /// # Errors
    /// clap's, with the usage.
    pub fn typed(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut command = Self::whole();
        let matches = command.try_get_matches_from_mut(words)?;
        let mut cli = Self::from_arg_matches(&matches).map_err(|e| e.format(&mut command))?;
        let mut level = Some(&matches);
        while let Some(matches) = level {
            let given = matches.get_many::<String>(ROLE).into_iter().flatten();
            cli.global.roles.extend(given.cloned());
            level = matches.subcommand().map(|(_, below): (_, &ArgMatches)| below);
        }
        Ok(cli)
    }

    /// The program with every option. Each level has a `--role` of its own: of an option that all levels share
    /// clap keeps the last one alone, and whoever writes behind a wrapper's words would raise its role.
    pub fn whole() -> Parsed {
        fn with_role(command: Parsed) -> Parsed {
            let names = command.get_subcommands().map(|below| below.get_name().to_owned());
            let names: Vec<String> = names.collect();
            let role = Arg::new(ROLE).long("role").value_name("ROLE").action(ArgAction::Append);
            let role = role.help(ROLE_HELP).help_heading("Global options");
            let below = |command: Parsed, name| command.mut_subcommand(name, with_role);
            names.into_iter().fold(command.arg(role), below)
        }
        with_role(Self::command())
    }
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Folder for the index and downloaded feeds [default: the platform's data folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where the queue and its record are kept: a file, or postgres://… [default: ledger.db in the data
    /// folder; the environment's GABION_DATABASE]
    #[arg(long, global = true, value_name = "FILE|URL")]
    pub database: Option<String>,
    /// Every `--role`, wherever it stands: see [`Cli::typed`].
    #[arg(skip)]
    pub roles: Vec<String>,
    /// Only the result: no progress and no remarks on stderr
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// List everything: inputs of each clock, every component that was not evaluated
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the fixes due in repositories, images, systems and bills of materials, and why
    #[command(after_help = SCAN_HELP)]
    Scan(ScanArgs),
    /// Take reports of scanners and people into the queue
    #[command(after_help = IMPORT_HELP)]
    Import(ImportArgs),
    /// Look at open findings again: dates that new signals move, records that were withdrawn
    Verify(VerifyArgs),
    /// Fetch advisories and exploitation signals, and build the index
    Sync(SyncArgs),
    /// Tell all that is known of one advisory, and why its date is what it is
    Explain(ExplainArgs),
    /// Tell which assets of a scanned estate new advisories and signals touch, without reading it again
    WatchIntel(WatchIntelArgs),
    /// Edit manifests and lock files so that the fixes hold; shows what would change unless --write
    Fix(FixArgs),
    /// Show a queue from a small invented estate: no network, no set-up
    Demo(DemoArgs),
    /// Check, show or compare the tables that decide due times
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// List the fixes that are due over everything that was reported, first things first
    Queue(queue::QueueArgs),
    /// Tell all that is known of one finding or fix
    Show(queue::ShowArgs),
    /// Decide on findings: confirm, accept until a date, assign, merge, settle proposals …
    Triage(queue::TriageArgs),
    /// State of a source that its runs are whole, list what is stated, withdraw it
    #[command(subcommand)]
    Source(queue::SourceCommand),
    /// End what a pull request alone reports
    #[command(subcommand)]
    Ref(queue::RefCommand),
    /// Close findings, with a reason
    Close(queue::CloseArgs),
    /// Open findings again, with a reason
    Reopen(queue::ReopenArgs),
    /// Write a remark on a finding
    Comment(queue::CommentArgs),
    /// Take a decision or a whole import back
    Undo(queue::UndoArgs),
    /// Write findings as lines, for other programs
    Export(queue::ExportArgs),
    /// Figures out of the record: patch gap, arrivals against closures, what is overdue by owner
    Stats(queue::StatsArgs),
    /// Tell or set what holds for the whole ledger: policies, exposure, owners, how old intelligence may be
    #[command(after_help = queue::SETTINGS_HELP)]
    Settings(queue::SettingsArgs),
    /// Keep the ledger: verify, head, export, import, backup, imports, role, retention
    #[command(subcommand)]
    Ledger(queue::LedgerCommand),
    /// Print completions for a shell
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// How a report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Format {
    /// For people, on a terminal.
    Table,
    /// Everything, schema gabion.scan/1; also what --baseline reads.
    Json,
    /// SARIF 2.1.0, for code hosts.
    Sarif,
    /// A comment for a pull request: short, folded, stable.
    Markdown,
    /// One page in one file, for people who do not use a terminal.
    Html,
    /// Test cases, for build servers.
    Junit,
    /// Annotations of a GitHub workflow run.
    Github,
    /// GitLab's dependency scanning report.
    Gitlab,
    /// Bill of materials, CycloneDX 1.6 JSON.
    Cyclonedx,
    /// Bill of materials, SPDX 2.3 JSON.
    Spdx,
    /// What is affected and what is not, OpenVEX.
    Openvex,
    /// The same as CycloneDX 1.6.
    CyclonedxVex,
}

/// How a scan's result is shown and judged.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Format on standard output [default: table]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Also write FORMAT to FILE (any of --format's names; - is standard output); may be given several times
    #[arg(short, long = "output", value_name = "FORMAT=FILE")]
    pub outputs: Vec<String>,
    /// Fixes shown in the table; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Exit 1 when: emergency, assumed, overdue, due<=DURATION, severity>=WORD, any
    #[arg(long, value_name = "GATE", value_parser = app::gate::parse)]
    pub fail_on: Vec<app::gate::Gate>,
    /// An incomplete scan exits 0 (or 1), with a warning
    #[arg(long)]
    pub allow_incomplete: bool,
}

/// What a newcomer may want to do with `gabion scan`; every line is tried by a test.
const SCAN_HELP: &str = "\
Examples:
  gabion scan .                                     a repository
  gabion scan services/a services/b/yarn.lock       several, or one lock file
  docker save web:1.4 | gabion scan -               an image, without a daemon of ours
  gabion scan web.tar --platform linux/arm64        one image of an archive for several platforms
  gabion scan /                                     this system's packages; /mnt scans a mounted one
  gabion scan product.cdx.json                      a bill of materials, CycloneDX or SPDX
  gabion scan --estate estate.toml                  all that the estate file names, side by side
  gabion scan . --fail-on emergency --fail-on 'due<=3d'          in a pipeline
  gabion scan . --baseline last.json -o json=last.json           what is new since the last time
  gabion scan . -o html=report.html -o markdown=comment.md       for people, and for a pull request
  gabion scan . -o gitlab=gl-dependency-scanning-report.json     for GitLab; github, junit, sarif too

Before the first scan: `gabion sync` fetches what the world knows; `gabion demo` needs nothing.

Exit codes: 0 complete and gate not hit, 1 gate hit, 2 usage or configuration,
            3 incomplete (see --allow-incomplete), 4 failed";

/// `gabion scan`.
#[derive(Debug, Args)]
pub struct ScanArgs {
    /// Repositories, folders of them, lock files, images (docker save, OCI), roots of installed
    /// systems, bills of materials (CycloneDX, SPDX); `-` reads an image or a bill from standard input
    #[arg(value_name = "PATH", required_unless_present = "estate")]
    pub paths: Vec<PathBuf>,
    /// Scan every target of an estate file, side by side (docs/CONFIG.md)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "baseline"])]
    pub estate: Option<PathBuf>,
    /// Put the result into the queue too, and close what its inventory proves to have ended
    #[arg(long, conflicts_with = "estate")]
    pub record: bool,
    /// How the result is shown and judged.
    #[command(flatten)]
    pub output: OutputArgs,
    /// What the scan reads and how it decides.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// What a newcomer may want to do with `gabion import`; every line is tried by a test.
const IMPORT_HELP: &str = "\
Examples:
  gabion import report.sarif --asset web               what is new, changed, closed
  trivy image -f json web:1.4 | gabion import - --asset web     from a pipe; .gz is unpacked
  gabion import nessus.xml --asset office --exposure internal --owner it
  gabion import pr.sarif --asset web --ref refs/pull/7/merge    closes nothing
  gabion import part.sarif --asset web --scope services/a,services/b
  gabion import report.json --dry-run                  what it would do

A finding closes only when a run that covers it no longer has it. Without --asset nothing is linked
to what other sources report.

Exit codes: 0 read, 2 usage, 3 read in part, 4 nothing recognised, or failed";

/// `gabion import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Reports; `-` is standard input; gzip is unpacked
    #[arg(value_name = "FILE", required_unless_present = "format")]
    pub files: Vec<PathBuf>,
    /// The asset that was looked at: declares it [default: what the report calls it, undeclared]
    #[arg(long, value_name = "NAME")]
    pub asset: Option<String>,
    /// Who reports [default: the tool]
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// The branch that was looked at; refs/pull/… closes nothing [default: what the report says]
    #[arg(long = "ref", value_name = "REF")]
    pub reference: Option<String>,
    /// When the tool looked [default: what the report says, else now]
    #[arg(long, value_name = "INSTANT")]
    pub scanned_at: Option<String>,
    /// What the tool looked at: whole, pull-request, or paths between commas [default: what the report says]
    #[arg(long, value_name = "SCOPE")]
    pub scope: Option<String>,
    /// The tool's version [default: what the report says]; a rule that finds nothing is known to have run when the
    /// version is that of the last report
    #[arg(long, value_name = "VERSION")]
    pub tool_version: Option<String>,
    /// The report's format, where its content does not tell; `list`, without a file, tells the ids
    #[arg(long, value_name = "ID")]
    pub format: Option<String>,
    /// Tell what would happen; keep nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Who can reach the asset
    #[arg(long, value_enum)]
    pub exposure: Option<ExposureArg>,
    /// Who fixes on the asset
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// Estate file that describes the asset and names policies
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,
    /// As JSON, schema gabion.import/1
    #[arg(long)]
    pub json: bool,
}

/// `gabion verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// These findings, and what would close each [default: all open ones]
    #[arg(value_name = "F-n", conflicts_with = "all")]
    pub findings: Vec<String>,
    /// All open findings (the default)
    #[arg(long)]
    pub all: bool,
    /// Estate file that names policies
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,
    /// As JSON, schema gabion.verify/1
    #[arg(long)]
    pub json: bool,
}

/// Who can reach an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExposureArg {
    /// Anybody.
    Internet,
    /// Who is inside.
    Internal,
    /// Nobody but itself.
    Isolated,
    /// Nobody has said.
    Unknown,
}

/// What a scan reads and how it decides.
#[derive(Debug, Args)]
pub struct ReadingArgs {
    /// What PATH is: repository, system, image, sbom, or a file's format (an unknown name is answered
    /// with all) [default: what its name and content show]
    #[arg(long = "as", value_name = "FORMAT")]
    pub as_format: Option<String>,
    /// VEX document (OpenVEX, CycloneDX, CSAF): its «not affected» and «fixed» take findings out of the
    /// queue, with who says so; one inside PATH only with --trust-config; may be given several times
    #[arg(long, value_name = "FILE")]
    pub vex: Vec<PathBuf>,
    /// Which image of an archive for several platforms, such as linux/arm64
    #[arg(long, value_name = "OS/ARCH")]
    pub platform: Option<String>,
    /// Leave out paths that match, relative to each PATH; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Estate file: exposure, owners, ignores, policies [default: gabion.toml in each PATH, which may
    /// only tighten]
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,
    /// Let a gabion.toml or VEX document inside a scanned tree ignore findings and lower exposure
    #[arg(long)]
    pub trust_config: bool,
    /// Policy to apply: a built-in name or a table's file; several: the strictest wins
    #[arg(long, value_name = "NAME|FILE")]
    pub policy: Vec<String>,
    /// Read the sources too and tell which findings they import or name; orders what is equally due
    #[arg(long)]
    pub reach: bool,
    /// An earlier scan's JSON: carries first sightings forward and marks what is new
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// What the clock counts from
    #[arg(long, value_enum, default_value_t = ClockArg::Sighting)]
    pub clock: ClockArg,
    /// Age past which a feed is stale and the scan blind, such as 3d [default: the ledger's setting, else
    /// 7d]; a command may ask for less than the ledger's
    #[arg(long, value_name = "DURATION", value_parser = app::gate::hours)]
    pub max_intel_age: Option<i64>,
}

/// What the clock counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ClockArg {
    /// The later of signal and first sighting.
    Sighting,
    /// The signal alone.
    Signal,
}

/// `gabion sync`.
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// Read feeds from a folder of the same layout instead of the network
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
    /// Only these ecosystems, such as npm,PyPI,crates.io [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub ecosystems: Vec<String>,
    /// Show each feed's age and each ecosystem's coverage; fetch nothing
    #[arg(long, conflicts_with_all = ["verify", "from"])]
    pub status: bool,
    /// Check every block of the index; fetch nothing
    #[arg(long, conflicts_with = "from")]
    pub verify: bool,
    /// Show what would be fetched and how large it is; fetch nothing
    #[arg(long, conflicts_with_all = ["verify", "from", "status"])]
    pub dry_run: bool,
    /// Estate file with `[feeds]` addresses
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Further certificates to trust, in PEM
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Do not ask before fetching
    #[arg(short = 'y', long)]
    pub yes: bool,
}

/// `gabion explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// An advisory's id: CVE, GHSA, RUSTSEC, …
    #[arg(value_name = "ID")]
    pub id: String,
    /// Where to look for it; tells which date it has there, and why
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// What the scan reads and how it decides.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// `gabion watch-intel`.
#[derive(Debug, Args)]
pub struct WatchIntelArgs {
    /// The estate file, as it was scanned
    #[arg(long, value_name = "FILE")]
    pub estate: PathBuf,
    /// As JSON, schema gabion.watch/1
    #[arg(long)]
    pub json: bool,
    /// Tell the same news again the next time
    #[arg(long)]
    pub peek: bool,
    /// Exit 1 when something is touched
    #[arg(long)]
    pub fail_on_news: bool,
    /// Policy to apply: a built-in name or a table's file; several: the strictest wins
    #[arg(long, value_name = "NAME|FILE")]
    pub policy: Vec<String>,
    /// Age past which a feed is stale, such as 3d [default: 7d]
    #[arg(long, value_name = "DURATION", value_parser = app::gate::hours)]
    pub max_intel_age: Option<i64>,
}

/// `gabion fix`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 every fix is applied (or, with --plan, can be), 2 usage, 3 something could not be\n            applied, 4 failed"
)]
pub struct FixArgs {
    /// Repositories, folders of them, or single lock files
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Show what would change, as a diff; nothing is written (the default)
    #[arg(long, conflicts_with = "write")]
    pub plan: bool,
    /// Change the files, all of a project or none, then scan again
    #[arg(long)]
    pub write: bool,
    /// As JSON, schema gabion.fix/1
    #[arg(long)]
    pub json: bool,
    /// Edit manifests only; lock files stay behind until you run their tools
    #[arg(long)]
    pub manifest_only: bool,
    /// Run no tool that uses the network
    #[arg(long)]
    pub offline: bool,
    /// Change files that have changes which are not committed
    #[arg(long)]
    pub allow_dirty: bool,
    /// Most time for one run of a package manager, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub tool_timeout: u64,
    /// What the scan reads and how it decides.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// `gabion demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// How the result is shown and judged.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `gabion policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Check a table: columns, durations, that every case has a row and every row a case
    Check {
        /// The table's file.
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Show a table beside its source's words, case by case; without a name, list the built-in ones
    Show {
        /// A built-in name or a table's file.
        #[arg(value_name = "NAME|FILE")]
        policy: Option<String>,
        /// As JSON, schema gabion.policy/1
        #[arg(long)]
        json: bool,
    },
    /// Tell what two tables judge differently, and which dates move when tables or facts change
    #[command(after_help = POLICY_DIFF_HELP)]
    Diff(Box<PolicyDiffArgs>),
}

/// What a newcomer may want to do with `gabion policy diff`; every line is tried by a test.
const POLICY_DIFF_HELP: &str = "\
Examples:
  gabion policy diff gabion-24h ours.toml              which cases the tables judge differently
  gabion policy diff gabion-24h ours.toml --on .       which dates move in a repository
  gabion policy diff --reports last.json today.json    which dates moved since, and why
  gabion policy diff --reports last.json today.json --fail-on-later    in a pipeline

Exit codes: 0 compared, 1 something is later (with --fail-on-later), 2 usage or configuration,
            3 the scan of --on is incomplete, 4 failed";

/// `gabion policy diff`.
#[derive(Debug, Args)]
pub struct PolicyDiffArgs {
    /// The first table: a built-in name or a table's file
    #[arg(value_name = "FROM", required_unless_present = "reports", requires = "to")]
    pub from: Option<String>,
    /// The second table
    #[arg(value_name = "TO")]
    pub to: Option<String>,
    /// Scan these with each table, and tell which dates move
    #[arg(long, value_name = "PATH", num_args = 1.., requires = "from")]
    pub on: Vec<PathBuf>,
    /// Tell which dates moved between two reports of `gabion scan --format json`
    #[arg(long, value_names = ["OLD", "NEW"], num_args = 2, conflicts_with_all = ["from", "on"])]
    pub reports: Option<Vec<PathBuf>>,
    /// As JSON, schema gabion.policy-diff/1
    #[arg(long)]
    pub json: bool,
    /// Exit 1 when a date moves later or a table allows a case more time
    #[arg(long)]
    pub fail_on_later: bool,
    /// What the scan reads and how it decides.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

#[cfg(test)]
mod tests {
    use super::queue::{QUEUE_HELP, SETTINGS_HELP, TRIAGE_HELP};
    use super::{Cli, IMPORT_HELP, POLICY_DIFF_HELP, SCAN_HELP};

    #[test]
    fn every_example_of_the_help_can_be_typed() {
        let examples =
            [SCAN_HELP, POLICY_DIFF_HELP, IMPORT_HELP, QUEUE_HELP, TRIAGE_HELP, SETTINGS_HELP];
        let examples = examples.into_iter().flat_map(str::lines);
        let examples = examples.filter_map(|line| line.strip_prefix("  "));
        let mut tried = 0;
        for line in examples.filter(|line| line.contains("gabion ")) {
            // The command ends where its remark begins; a pipe's other end is not ours.
            let command = line.split("  ").next().unwrap_or_default();
            let command = command.rsplit('|').next().unwrap_or_default();
            let read = Cli::typed(words(command).into_iter().map(Into::into));
            assert!(read.is_ok(), "{command}: {:?}", read.err());
            tried += 1;
        }
        assert!(tried >= 10, "{tried}");
    }

    /// As a shell takes them apart: what stands between quotes is one.
    fn words(command: &str) -> Vec<String> {
        let mut words = Vec::new();
        for (at, part) in command.split('\'').enumerate() {
            match at % 2 {
                0 => words.extend(part.split_whitespace().map(str::to_owned)),
                _ => words.push(part.to_owned()),
            }
        }
        words
    }
}
