//! Credentials in the words of a command line: `--password …`, `mysql -p…`, `curl -u user:…`.

use super::named::{names_one, value};
use super::{Spans, head, is_placeholder, is_word, tail};

/// `--password …`, `mysql -p…`, `curl -u user:…`
pub(super) fn option(text: &str, at: usize, spans: &mut Spans) {
    let before = tail(text.get(..at).unwrap_or_default(), 256);
    if !(before.is_empty() || before.ends_with([' ', '\t', '\n', '"', '\'', '`', '(', '['])) {
        return;
    }
    let rest = head(text.get(at..).unwrap_or_default(), 128);
    let (word, behind) =
        rest.split_at(rest.find([' ', '=', '\n', '"', '\'']).unwrap_or(rest.len()));
    let from = at + word.len();
    if let Some(name) = word.strip_prefix("--") {
        let space = behind.starts_with(' ');
        let user = ["user", "proxy-user"].contains(&name);
        if space && (names_one(name) || user) || user && behind.starts_with('=') {
            let found = value(text, from + 1, &|c| matches!(c, '"' | '\'' | '`' | ')' | ';' | '|'));
            let (skip, password) = match (user, found.text.split_once(':')) {
                (false, _) => (0, found.text),
                (true, Some((name, password))) => (name.len() + 1, password),
                (true, None) => return,
            };
            let one = found.quoted || user || !is_word(password);
            if one && password.len() >= 3 && !password.starts_with('-') && !is_placeholder(password)
            {
                spans.push((found.from + skip, found.from + skip + password.len()));
            }
        }
        return;
    }
    let line = before.rsplit(['\n', '|', ';', '&']).next().unwrap_or_default();
    let runs = |programs: &[&str]| {
        line.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'))
            .any(|word| programs.contains(&word))
    };
    let letter = rest.get(..2).unwrap_or_default();
    let spaced = match letter {
        "-p" if runs(&[
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlimport",
            "mysqlpump",
            "mariadb",
            "mariadb-dump",
        ]) =>
        {
            false
        }
        "-p" if runs(&["sshpass", "mongo", "mongosh", "mongodump", "docker", "podman", "helm"]) => {
            true
        }
        "-a" if runs(&["redis-cli"]) => true,
        "-w" if runs(&["ldapsearch", "ldapmodify", "ldapadd", "ldapwhoami"]) => true,
        "-P" if runs(&["sqlcmd", "bcp"]) => true,
        "-u" if runs(&["curl"]) => true,
        _ => return,
    };
    let from = at + 2;
    let rest = text.get(from..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches(' ').len();
    if blanks > 0 && !spaced {
        return;
    }
    let found = value(text, from + blanks, &|c| matches!(c, '"' | '\'' | '`' | ';' | '|' | ')'));
    let skip = match (letter, found.text.split_once(':')) {
        ("-u", Some((user, _))) => user.len() + 1,
        ("-u", None) => return,
        _ => 0,
    };
    let value = found.text.get(skip..).unwrap_or_default();
    if !value.is_empty()
        && !value.starts_with('-')
        && !is_placeholder(value)
        && !is_port(letter, value, blanks)
    {
        spans.push((found.from + skip, found.from + found.text.len()));
    }
}

/// `docker run -p 80:8080` is no password.
fn is_port(letter: &str, value: &str, blanks: usize) -> bool {
    letter == "-p"
        && blanks > 0
        && value.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | '/'))
}
