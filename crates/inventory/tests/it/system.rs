//! What is installed below a root: the release, the databases, and how they come together.

use inventory::system::OsRelease;

mod release {
    use super::OsRelease;
    use inventory::system::ecosystem;
    use vocab::{Base, Ecosystem};

    /// The ecosystem of an `ID` and a `VERSION_ID`, which OSV's reader knows.
    fn check(id: &str, version: &str, expect: Option<&str>) {
        let found = ecosystem(id, version);
        assert_eq!(found.as_ref().map(ToString::to_string).as_deref(), expect, "{id} {version}");
        if let Some(found) = found {
            assert_ne!(found.base(), Base::Other, "{found}");
            assert_eq!(Ecosystem::parse(&found.to_string()), found);
        }
    }

    #[test]
    fn a_release_has_the_name_that_its_records_bear() {
        check("debian", "12", Some("Debian:12"));
        check("debian", "12.5", Some("Debian:12"));
        check("ubuntu", "22.04", Some("Ubuntu:22.04:LTS"));
        check("ubuntu", "23.10", Some("Ubuntu:23.10"));
        check("ubuntu", "23.04", Some("Ubuntu:23.04"));
        check("alpine", "3.18.4", Some("Alpine:v3.18"));
        check("alpine", "3.20", Some("Alpine:v3.20"));
        check("wolfi", "20230201", Some("Wolfi"));
        check("chainguard", "20230214", Some("Chainguard"));
        check("minimos", "20241031", Some("MinimOS"));
        check("echo", "", Some("Echo"));
        check("alpaquita", "stream", Some("Alpaquita:stream"));
        check("alpaquita", "23", Some("Alpaquita:23"));
        check("bellsoft-hardened-containers", "25", Some("BellSoft Hardened Containers:25"));
        check("almalinux", "9.4", Some("AlmaLinux:9"));
        check("rocky", "8.10", Some("Rocky Linux:8"));
        check("opensuse-leap", "15.6", Some("openSUSE:Leap 15.6"));
        check("opensuse-tumbleweed", "20240801", Some("openSUSE:Tumbleweed"));
        check("sles", "16.0", Some("SUSE:Linux Enterprise Server 16.0"));
        check("mageia", "9", Some("Mageia:9"));
        check("openEuler", "24.03", Some("openEuler:24.03-LTS"));
        check("openEuler", "22.03-LTS-SP3", Some("openEuler:22.03-LTS-SP3"));
        check("openEuler", "23.09", Some("openEuler:23.09"));
        check("azurelinux", "3.0", Some("Azure Linux:3"));
        check("mariner", "2.0", Some("Azure Linux:2"));
        check("photon", "5.0", Some("Photon OS:5.0"));
    }

    #[test]
    fn records_told_by_repository_or_module_meet_no_system_as_a_whole() {
        check("rhel", "9.4", Some("Red Hat:enterprise_linux:9"));
        check("sles", "15.5", Some("SUSE:Linux Enterprise 15 SP5"));
        check("sles", "15", Some("SUSE:Linux Enterprise 15"));
    }

    #[test]
    fn without_a_release_of_its_own_there_is_none() {
        check("debian", "", None);
        check("debian", "testing", None);
        check("alpine", "3.21_alpha20240923", None);
        check("alpine", "edge", None);
        check("alpaquita", "", None);
        check("raspbian", "11", None);
        check("kali", "2024.1", None);
        check("linuxmint", "21", None);
        check("centos", "8", None);
        check("ol", "9.4", None);
        check("fedora", "40", None);
        check("amzn", "2023", None);
        check("npm", "1", None);
        check("", "", None);
    }

    fn shown(text: &str) -> Option<String> {
        Some(OsRelease::parse(text.as_bytes())?.shown_ecosystem().to_string())
    }

    #[test]
    fn what_is_not_evaluated_is_shown_under_its_own_name() {
        assert_eq!(shown("ID=debian\n").as_deref(), Some("Debian"));
        assert_eq!(
            shown("ID=raspbian\nID_LIKE=debian\nVERSION_ID=11").as_deref(),
            Some("raspbian:11")
        );
        assert_eq!(shown("ID=npm\n").as_deref(), Some("system npm"));
        assert_eq!(shown("ID=GIT\nVERSION_ID=2").as_deref(), Some("git:2"));
        assert_eq!(shown("NAME=x\n").as_deref(), Some("linux"));
        assert_eq!(shown("").as_deref(), None);
        let kitten = "ID=almalinux\nVERSION_ID=10\nPRETTY_NAME=\"AlmaLinux Kitten 10 (Lion Cub)\"";
        assert_eq!(shown(kitten).as_deref(), Some("AlmaLinux"));
        let euler =
            "ID=\"openEuler\"\nVERSION_ID=\"22.03\"\nPRETTY_NAME=\"openEuler 22.03 (LTS-SP3)\"";
        assert_eq!(shown(euler).as_deref(), Some("openEuler:22.03-LTS-SP3"));
    }

    #[test]
    fn values_are_read_as_the_shell_reads_them() {
        let text = "\u{FEFF}# ID=comment\nID='Debian'\nPRETTY_NAME=\"A \\\"b\\\" \\$c\"\nVERSION_ID=12 # no\n\
                    ID_LIKE=\"a  b\"\nCPE_NAME='cpe:/o:x\\y'\nSUPPORT_END=2028-06-30\r\nVERSION_CODENAME=\n\
                    VERSION_ID=13\nnonsense\n";
        let expect = OsRelease {
            id: "debian".into(),
            like: vec!["a".into(), "b".into()],
            version: "13".into(),
            codename: String::new(),
            pretty: "A \"b\" $c".into(),
            cpe: "cpe:/o:x\\y".into(),
            support_end: Some("2028-06-30".into()),
        };
        assert_eq!(OsRelease::parse(text.as_bytes()), Some(expect));
        assert_eq!(OsRelease::parse(b"nothing here\n"), None);
        assert!(OsRelease::parse(b"ID=\"open\nA\xFF=1").is_some_and(|r| r.id == "open"));
    }
}
