//! What do the feeds say of one CVE?
//!
//! In: a CVE name. Out: [`CveSignals`], read from the four tables that are sorted by CVE.

use super::advisories::time;
use super::layout::{CVE, EPSS, EXPLOIT, KEV, NONE, Section};
use super::signals::{DISPUTED, HAS_SSVC, LISTED, RANSOMWARE, REJECTED};
use super::{Index, IndexError};
use crate::cve::CveId;
use crate::signals::{
    Automatable, CveSignals, Epss, Exploit, ExploitSource, Exploitation, Kev, KevChange, Maturity,
    Ssvc, TechnicalImpact, epss,
};
use vocab::Instant;

impl Index<'_> {
    /// All that is known of a CVE; `None` when no feed speaks of it, or the text is no CVE name. Whether
    /// a feed was there at all, [`super::Meta`] tells: absent from a missing feed means nothing.
    pub fn signals(&self, cve: &str) -> Result<Option<CveSignals>, IndexError> {
        let Some(cve) = CveId::parse(cve) else { return Ok(None) };
        let mut found = false;
        let mut signals = CveSignals {
            cve: cve.to_string(),
            kev: None,
            kev_history: Vec::new(),
            epss: None,
            exploits: Vec::new(),
            ssvc: None,
            cna_vectors: Vec::new(),
            adp_vectors: Vec::new(),
            cwes: Vec::new(),
            published: None,
            rejected: false,
            disputed: false,
        };
        if let Some(row) = self.only::<CVE>(Section::Cves, cve)? {
            found = true;
            self.cve(row, &mut signals)?;
        }
        if let Some([_, _, score, percentile]) = self.only::<EPSS>(Section::Epss, cve)? {
            found = true;
            signals.epss = Some(Epss {
                score: f64::from(score) / epss::UNIT,
                percentile: f64::from(percentile) / epss::UNIT,
                date: self.meta.epss_date,
                model: self.meta.epss_model.clone(),
            });
        }
        if let Some(row) = self.only::<KEV>(Section::Kev, cve)? {
            found = true;
            self.kev(row, &mut signals)?;
        }
        let first = self.file.lower_bound::<EXPLOIT>(Section::Exploits, cve.key())?;
        for index in first..self.file.rows::<EXPLOIT>(Section::Exploits) {
            let row: [u32; EXPLOIT] = self.file.row(Section::Exploits, index)?;
            if key(&row) != cve.key() || signals.exploits.len() >= ExploitSource::ALL.len() {
                break;
            }
            found = true;
            signals.exploits.push(exploit(row)?);
        }
        Ok(found.then_some(signals))
    }

    fn only<const N: usize>(
        &self,
        section: Section,
        cve: CveId,
    ) -> Result<Option<[u32; N]>, IndexError> {
        let index = self.file.lower_bound::<N>(section, cve.key())?;
        if index >= self.file.rows::<N>(section) {
            return Ok(None);
        }
        let row = self.file.row::<N>(section, index)?;
        Ok((key(&row) == cve.key()).then_some(row))
    }

    fn cve(&self, row: [u32; CVE], signals: &mut CveSignals) -> Result<(), IndexError> {
        let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let [_, _, flags, points, at, at_high, published, published_high, cna, adp, cwes, _] = row;
        signals.published = time(published, published_high)?;
        signals.rejected = flags & REJECTED != 0;
        signals.disputed = flags & DISPUTED != 0;
        signals.cna_vectors = owned(self.file.texts(cna)?);
        signals.adp_vectors = owned(self.file.texts(adp)?);
        signals.cwes = owned(self.file.texts(cwes)?);
        if flags & HAS_SSVC != 0 {
            signals.ssvc = Some(ssvc(points, time(at, at_high)?));
        }
        Ok(())
    }

    fn kev(&self, row: [u32; KEV], signals: &mut CveSignals) -> Result<(), IndexError> {
        let [_, _, added, added_high, due, due_high, flags, history, vendor, product, name, _] =
            row;
        if flags & LISTED != 0 {
            let malformed = IndexError::Malformed { what: "a KEV entry without a date" };
            let text = |place| self.file.optional_text(place).map(|t| t.unwrap_or("").to_owned());
            signals.kev = Some(Kev {
                added: time(added, added_high)?.ok_or(malformed)?,
                due: time(due, due_high)?,
                ransomware: flags & RANSOMWARE != 0,
                vendor: text(vendor)?,
                product: text(product)?,
                name: text(name)?,
            });
        }
        for change in self.file.list(history)?.as_chunks::<3>().0 {
            let [seen, added, ransomware] = *change;
            let added = if added == NONE { None } else { Some(day(added)?) };
            let ransomware = ransomware != 0;
            signals.kev_history.push(KevChange { seen: day(seen)?, added, ransomware });
        }
        Ok(())
    }
}

fn key(row: &[u32]) -> u64 {
    match row {
        [low, high, ..] => u64::from(*high) << 32 | u64::from(*low),
        _ => 0,
    }
}

fn day(days: u32) -> Result<Instant, IndexError> {
    Instant::from_second(i64::from(days) * 86_400)
        .map_err(|_| IndexError::Malformed { what: "a day out of range" })
}

fn ssvc(points: u32, timestamp: Option<Instant>) -> Ssvc {
    Ssvc {
        exploitation: match points & 0xff {
            1 => Some(Exploitation::None),
            2 => Some(Exploitation::PublicPoc),
            3 => Some(Exploitation::Active),
            _ => None,
        },
        automatable: match points >> 8 & 0xff {
            1 => Some(Automatable::No),
            2 => Some(Automatable::Yes),
            _ => None,
        },
        technical_impact: match points >> 16 & 0xff {
            1 => Some(TechnicalImpact::Partial),
            2 => Some(TechnicalImpact::Total),
            _ => None,
        },
        timestamp,
    }
}

fn exploit(row: [u32; EXPLOIT]) -> Result<Exploit, IndexError> {
    let [_, _, source, maturity, first, first_high, count, _] = row;
    let source = ExploitSource::ALL.get(source as usize).copied();
    Ok(Exploit {
        source: source.ok_or(IndexError::Malformed { what: "a source of exploits" })?,
        maturity: if maturity == 0 { Maturity::ProofOfConcept } else { Maturity::Weaponized },
        first: time(first, first_high)?,
        count,
    })
}
