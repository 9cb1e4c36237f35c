//! Which manifests does a lock file in a folder above speak for?

use std::collections::{HashMap, HashSet};

use inventory::Reading;
use vocab::Origin;

use super::folder::Job;

/// The packages that the lock files of workspaces have as their own, by root and path.
pub(super) struct Members(HashMap<(usize, String), Option<HashSet<String>>>);

impl Members {
    /// Lock formats that name every member; what one of another format covers is taken on trust.
    const NAMING: [&str; 3] = ["Cargo.lock", "package-lock.json", "uv.lock"];

    pub fn of(results: &[(Job, Result<Reading, String>)]) -> Self {
        let wanted: HashSet<(usize, &str)> = results
            .iter()
            .filter_map(|(job, _)| Some((job.root, job.member_of.as_deref()?)))
            .collect();
        let locks = results.iter().filter(|(job, _)| wanted.contains(&(job.root, &job.relative)));
        let members = locks.filter_map(|(job, result)| {
            let own =
                result.as_ref().ok()?.components.iter().filter(|c| c.origin == Origin::FirstParty);
            let names = own.map(|c| c.name.clone()).collect();
            let naming = Self::NAMING.contains(&job.format.id);
            Some(((job.root, job.relative.clone()), naming.then_some(names)))
        });
        Self(members.collect())
    }

    /// Whether the lock file above a manifest was read and has the manifest's package as a member. One
    /// that lies below a workspace without being of it has its own packages, which nobody locked.
    pub fn covers(&self, job: &Job, manifest: &Reading) -> bool {
        let Some(lock) = &job.member_of else { return false };
        let Some(members) = self.0.get(&(job.root, lock.clone())) else { return false };
        // A manifest begins with its own package, if it names one.
        let own = manifest.components.first().filter(|c| c.origin == Origin::FirstParty);
        match (members, own) {
            (Some(members), Some(own)) => members.contains(&own.name),
            (Some(_), None) => manifest.components.is_empty(),
            (None, _) => true,
        }
    }
}
