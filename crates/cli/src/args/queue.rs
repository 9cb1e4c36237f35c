//! What can be typed around the queue and its ledger?

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// What a newcomer may want to do with `gabion queue`; every line is tried by a test.
pub const QUEUE_HELP: &str = "\
Examples:
  gabion queue                                      what is due, first things first
  gabion queue --overdue --exposure internet        what attackers reach and should be gone
  gabion queue --view unowned                       what nobody is named for
  gabion queue --severity critical,high --asset shop --save shop-urgent
  gabion queue --view shop-urgent --format json     for programs, schema gabion.queue/1
  gabion show F-12                                  all of one finding; X-3 shows a fix
  gabion triage F-12 assign web-team                then: gabion undo E-7

Before the first one: `gabion import REPORT --asset NAME` takes a report in.";

/// What a newcomer may want to do with `gabion triage`; every line is tried by a test.
pub const TRIAGE_HELP: &str = "\
Examples:
  gabion triage F-12 confirm
  gabion triage F-12 F-13 false-positive --reason 'the input is a constant'
  gabion triage F-12 duplicate-of F-3 --reason 'the same query'
  gabion triage X-3 accept --until 2027-01-31 --reason 'behind the gateway until it is replaced'
  gabion triage X-3 assign web-team
  gabion triage F-12 exposure internet
  gabion triage F-12 severity high --reason 'reachable without a login'
  gabion triage F-12 link F-3 --reason 'the same place, two tools'
  gabion triage F-12 split --source zap
  gabion triage approve P-2
  gabion triage reject P-2 --reason 'the code path is live'

Every decision is one entry of the record, which `gabion undo` takes back. With --role agent it is a
proposal, which waits for a person.";

/// What an admin may want to do with `gabion settings`; every line is tried by a test.
pub const SETTINGS_HELP: &str = "\
Examples:
  gabion settings                                   what is set
  gabion settings import estate.toml                tables and assets of an estate file
  gabion settings set policies cisa-bod-26-04       which tables act; - takes the default
  gabion settings set intel-age 3d                  older, a feed is stale
  gabion settings set exposure web internet         who can reach an asset
  gabion settings set owner web web-team
  gabion settings set criticality 'services/*' high
  gabion settings set own-policies web -            takes away what commands have added there

What changes is one entry of the record, with the text of each table; then every date that moves is told with the
reason. The flags of a command (--config, --policy, --max-intel-age) may tighten what is set, never loosen it.";

/// `gabion settings`.
#[derive(Debug, Args)]
pub struct SettingsArgs {
    /// What to do; shows what is set without.
    #[command(subcommand)]
    pub command: Option<SettingsCommand>,
    /// How it looks.
    #[command(flatten)]
    pub shape: ShapeArgs,
}

/// What to set.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Take in the tables and assets of an estate file
    Import {
        /// The estate file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Set one thing
    Set {
        /// policies, intel-age, exposure, owner, criticality, own-policies
        #[arg(value_name = "NAME")]
        name: String,
        /// Its values; - takes it away
        #[arg(value_name = "VALUE", required = true)]
        values: Vec<String>,
    },
}

/// How a result looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    /// For people, on a terminal.
    Table,
    /// For programs, with a versioned schema.
    Json,
}

/// How a result looks.
#[derive(Debug, Clone, Copy, Args)]
pub struct ShapeArgs {
    /// Format on standard output
    #[arg(long, value_enum, default_value_t = Shape::Table, value_name = "FORMAT")]
    pub format: Shape,
    /// The same as --format json
    #[arg(long, hide = true, conflicts_with = "format")]
    pub json: bool,
}

impl ShapeArgs {
    /// Whether programs read it.
    pub fn is_json(self) -> bool {
        self.json || self.format == Shape::Json
    }
}

/// Which part of the queue.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Filters")]
pub struct FilterArgs {
    /// Only these assets
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub asset: Vec<String>,
    /// Only what these people or teams fix; - is nobody
    #[arg(long, value_name = "NAME", value_delimiter = ',', allow_hyphen_values = true)]
    pub owner: Vec<String>,
    /// Only these kinds: dependency, code, secret, host, web, configuration, crash, report, licence
    #[arg(long, value_name = "CLASS", value_delimiter = ',')]
    pub class: Vec<String>,
    /// Only these severities: critical, high, medium, low, none, unknown
    #[arg(long, value_name = "WORD", value_delimiter = ',')]
    pub severity: Vec<String>,
    /// Only what these sources report
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub source: Vec<String>,
    /// Only what is exposed so: internet, internal, isolated, unknown
    #[arg(long, value_name = "WORD", value_delimiter = ',')]
    pub exposure: Vec<String>,
    /// Only what should have been fixed by now
    #[arg(long)]
    pub overdue: bool,
    /// Only what is due within three days, or overdue
    #[arg(long)]
    pub due: bool,
    /// Only emergencies
    #[arg(long)]
    pub emergency: bool,
    /// Only what nobody is named for
    #[arg(long)]
    pub unowned: bool,
    /// Only what is accepted until a date
    #[arg(long)]
    pub accepted: bool,
    /// Only where a proposal waits for a person
    #[arg(long)]
    pub proposals: bool,
    /// Only what has a fixed version or a patch
    #[arg(long)]
    pub available: bool,
    /// Only what later runs neither have nor prove to have ended
    #[arg(long)]
    pub unseen: bool,
    /// What this pull request alone reports, instead of the queue
    #[arg(long = "ref", value_name = "NAME")]
    pub reference: Option<String>,
    /// Only what has these words in title, ids, place, rule or asset
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Also what was closed
    #[arg(long)]
    pub closed: bool,
}

/// `gabion queue`.
#[derive(Debug, Args)]
#[command(after_help = QUEUE_HELP)]
pub struct QueueArgs {
    /// Which part.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// A saved or built-in view (see --views); filters narrow it
    #[arg(long, value_name = "NAME", help_heading = "Views")]
    pub view: Option<String>,
    /// Save these filters as a view
    #[arg(long, value_name = "NAME", help_heading = "Views", conflicts_with_all = ["view", "views", "forget"])]
    pub save: Option<String>,
    /// Remove a saved view
    #[arg(long, value_name = "NAME", help_heading = "Views", conflicts_with_all = ["view", "views"])]
    pub forget: Option<String>,
    /// List the views
    #[arg(long, help_heading = "Views", conflicts_with = "view")]
    pub views: bool,
    /// Rows shown
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
    /// Rows passed over first
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub skip: u64,
    /// Exit 1 when a row that fits, shown or not, is: emergency, assumed, overdue, due<=DURATION, severity>=WORD, any
    #[arg(long, value_name = "GATE", value_parser = app::gate::parse)]
    pub fail_on: Vec<app::gate::Gate>,
    /// How it looks.
    #[command(flatten)]
    pub shape: ShapeArgs,
}

/// `gabion show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// F-12 (a finding), X-3 (a fix), or words that fit one finding alone, such as a CVE
    #[arg(value_name = "F-n|X-n|WORDS", required = true)]
    pub what: Vec<String>,
    /// How it looks.
    #[command(flatten)]
    pub shape: ShapeArgs,
}

/// Why.
#[derive(Debug, Default, Args)]
pub struct Reason {
    /// Why; stands in the record
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub reason: String,
}

/// `gabion triage`.
#[derive(Debug, Args)]
#[command(subcommand_precedence_over_arg = true, after_help = TRIAGE_HELP, subcommand_value_name = "DECISION", subcommand_help_heading = "Decisions", disable_help_subcommand = true)]
pub struct TriageArgs {
    /// Findings (F-12) or fixes (X-3, meaning its open findings)
    #[arg(value_name = "F-n|X-n")]
    pub what: Vec<String>,
    /// What is decided.
    #[command(subcommand)]
    pub decision: Decision,
}

/// What is decided.
#[derive(Debug, Subcommand)]
pub enum Decision {
    /// It is a problem
    Confirm(Reason),
    /// It is none; it stays closed when it is reported again
    FalsePositive(Reason),
    /// It is another one
    DuplicateOf {
        /// The finding that stays
        #[arg(value_name = "F-n")]
        of: String,
        /// Why.
        #[command(flatten)]
        reason: Reason,
    },
    /// A pause: it is accepted until a date
    Accept {
        /// 2027-01-31, 2027-01-31T12:00+01:00 (UTC where no zone is named), or 30d from now
        #[arg(long, value_name = "DATE")]
        until: String,
        /// Why.
        #[command(flatten)]
        reason: Reason,
    },
    /// Who fixes; - leaves it to the asset's owner
    Assign {
        /// A person or a team
        #[arg(value_name = "WHO")]
        who: String,
        /// Why.
        #[command(flatten)]
        reason: Reason,
    },
    /// Who can reach it: internet, internal, isolated, unknown; - takes the asset's
    Exposure {
        /// The word
        #[arg(value_name = "EXPOSURE")]
        exposure: String,
        /// Why.
        #[command(flatten)]
        reason: Reason,
    },
    /// How bad it is: critical, high, medium, low, none; - takes the sources'
    Severity {
        /// The word
        #[arg(value_name = "SEVERITY")]
        severity: String,
        /// Why.
        #[command(flatten)]
        reason: Reason,
    },
    /// Its claims belong to another finding, into which it is merged
    Link {
        /// The finding that stays
        #[arg(value_name = "F-m")]
        to: String,
        /// Why.
        #[command(flatten)]
        reason: Reason,
    },
    /// What a source reports is a finding of its own
    Split {
        /// The source, as `gabion show` names it
        #[arg(long, value_name = "SOURCE")]
        source: String,
        /// Why.
        #[command(flatten)]
        reason: Reason,
    },
    /// Do what was proposed
    Approve {
        /// The proposal
        #[arg(value_name = "P-n")]
        proposal: String,
        /// Why.
        #[command(flatten)]
        reason: Reason,
    },
    /// Refuse what was proposed
    Reject {
        /// The proposal
        #[arg(value_name = "P-n")]
        proposal: String,
        /// Why.
        #[command(flatten)]
        reason: Reason,
    },
}

/// Why a person closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ending {
    /// It was mended.
    Fixed,
    /// The asset is not affected.
    NotAffected,
    /// What was published was taken back.
    Withdrawn,
    /// There is no such asset any more.
    AssetGone,
}

/// `gabion close`.
#[derive(Debug, Args)]
pub struct CloseArgs {
    /// Findings (F-12) or fixes (X-3, meaning its open findings)
    #[arg(value_name = "F-n|X-n", required_unless_present = "unseen")]
    pub what: Vec<String>,
    /// All that is unseen of --asset and --source: later runs neither have it nor prove that it has ended
    #[arg(long, conflicts_with = "what", requires = "asset")]
    pub unseen: bool,
    /// With --unseen: of this asset
    #[arg(long, value_name = "NAME", requires = "unseen")]
    pub asset: Option<String>,
    /// With --unseen: only what this source alone reports
    #[arg(long, value_name = "NAME", requires = "unseen")]
    pub source: Option<String>,
    /// As what
    #[arg(long = "as", value_enum, default_value_t = Ending::Fixed, value_name = "END")]
    pub ending: Ending,
    /// Why.
    #[command(flatten)]
    pub reason: Reason,
}

/// `gabion source`.
#[derive(Debug, Subcommand)]
pub enum SourceCommand {
    /// List the sources of each asset, with what is stated of them
    Show {
        /// Only this asset
        #[arg(long, value_name = "NAME")]
        asset: Option<String>,
        /// How it looks.
        #[command(flatten)]
        shape: ShapeArgs,
    },
    /// State once that a source's runs look at the whole asset, with one configuration
    Set {
        /// The source, as `gabion source show` names it
        #[arg(value_name = "SOURCE")]
        name: String,
        /// The asset
        #[arg(long, value_name = "NAME")]
        asset: String,
        /// Its runs are whole
        #[arg(long, required = true)]
        whole: bool,
        /// Only for these kinds of problem, such as dependency,secret
        #[arg(long, value_name = "CLASS", value_delimiter = ',')]
        kinds: Vec<String>,
        /// Why.
        #[command(flatten)]
        reason: Reason,
    },
    /// Withdraw what was stated, and list what was closed on it
    Unset {
        /// The source
        #[arg(value_name = "SOURCE")]
        name: String,
        /// The asset
        #[arg(long, value_name = "NAME")]
        asset: String,
        /// Also open again what was closed on it
        #[arg(long)]
        reopen: bool,
        /// Why.
        #[command(flatten)]
        reason: Reason,
    },
}

/// `gabion ref`.
#[derive(Debug, Subcommand)]
pub enum RefCommand {
    /// End what a pull request alone reports, once it is merged or thrown away
    End {
        /// The reference, such as refs/pull/7/merge
        #[arg(value_name = "NAME")]
        name: String,
        /// Only on this asset
        #[arg(long, value_name = "NAME")]
        asset: Option<String>,
        /// Why.
        #[command(flatten)]
        reason: Reason,
    },
}

/// `gabion reopen`.
#[derive(Debug, Args)]
pub struct ReopenArgs {
    /// Findings (F-12)
    #[arg(value_name = "F-n", required = true)]
    pub what: Vec<String>,
    /// Why.
    #[command(flatten)]
    pub reason: Reason,
}

/// `gabion comment`.
#[derive(Debug, Args)]
pub struct CommentArgs {
    /// The finding
    #[arg(value_name = "F-n")]
    pub finding: String,
    /// What others should know
    #[arg(value_name = "TEXT", required = true)]
    pub text: Vec<String>,
}

/// `gabion undo`.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// The entry: of a decision as it was printed, of a report as `gabion ledger imports` lists it
    #[arg(value_name = "E-n")]
    pub entry: String,
}

/// The form of exported findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// A JSON object a line.
    Jsonl,
    /// Comma-separated values.
    Csv,
}

/// `gabion export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Which findings.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// The form of the lines
    #[arg(long, value_enum, default_value_t = Form::Jsonl, value_name = "FORMAT")]
    pub format: Form,
    /// Write to a file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `gabion stats`.
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// How it looks.
    #[command(flatten)]
    pub shape: ShapeArgs,
}

/// `gabion ledger`.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Check that the record is whole: no entry changed, none missing
    Verify {
        /// Also build the tables again from the record, and compare
        #[arg(long)]
        deep: bool,
        /// A head that was kept elsewhere, as `gabion ledger head` printed it: finds a cut tail
        #[arg(long, value_name = "N:HASH")]
        head: Option<String>,
        /// How it looks.
        #[command(flatten)]
        shape: ShapeArgs,
    },
    /// Print the end of the chain, to be kept elsewhere
    Head,
    /// Write the whole record as JSON lines; it holds the key of the secrets' hashes
    Export {
        /// A new file [default: standard output]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Read a whole record into an empty ledger, and prove that both are equal
    Import {
        /// What `gabion ledger export` wrote; - is standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Copy the ledger while it is in use
    Backup {
        /// A new file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// List the reports that were read, the last first
    Imports {
        /// Rows shown
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
        /// How it looks.
        #[command(flatten)]
        shape: ShapeArgs,
    },
    /// Tell who has which role, or give one: viewer, triager, owner, admin, agent
    Role {
        /// Who [default: you]
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// The role; - takes it away, and the default acts
        // Not «role»: that is the global option, and both would be one.
        #[arg(value_name = "ROLE")]
        given: Option<String>,
    },
    /// Tell or set how long the words of reports are kept
    Retention {
        /// Days (30 or more), such as 400d, or forever
        #[arg(value_name = "DAYS")]
        days: Option<String>,
    },
    /// Take out what reports said longer ago than the retention, where no claim rests on it
    Prune,
}
