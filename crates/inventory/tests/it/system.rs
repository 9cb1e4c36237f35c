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

mod together {
    use inventory::reading::pinned;
    use inventory::system::{Fact, Installed, Owned, System, read};
    use inventory::{Details, Reading};
    use vocab::{Base, Origin};

    /// What the files of a root say together; those that tell nothing are an error of the test.
    fn finish(files: &[(&str, &str)]) -> Installed {
        let mut system = System::default();
        for (path, text) in files {
            system.add(path, None, read(path, text.as_bytes()).expect(path));
        }
        system.finish()
    }

    /// One line for each component, and one for each problem.
    fn lines(installed: &Installed) -> Vec<String> {
        let mut lines = Vec::new();
        for file in &installed.readings {
            for (index, c) in (0u32..).zip(&file.reading.components) {
                let none = Details::default();
                let details = file.reading.details.get(&index).unwrap_or(&none);
                let mut line = format!("{} {} {}", c.ecosystem, c.name, c.version.text());
                for (word, value) in
                    [("package", &details.package), ("owned by", &details.owned_by)]
                {
                    if let Some(value) = value {
                        line += &format!(", {word} {value}");
                    }
                }
                lines.push(line);
            }
            let problems = file.reading.problems.iter();
            lines.extend(problems.map(|p| format!("{}:{}: {}", file.path, p.line, p.what)));
        }
        lines
    }

    const DEBIAN: (&str, &str) =
        ("usr/lib/os-release", "ID=debian\nVERSION_ID=12\nPRETTY_NAME=\"Debian 12\"\n");
    const STATUS: &str = "Package: libssl3\nStatus: install ok installed\nSource: openssl\nVersion: 3.0.11-1\n\n\
                          Package: openssl\nStatus: install ok installed\nVersion: 3.0.11-1\n\n\
                          Package: bash\nStatus: install ok installed\nSource: bash (5.2-2)\nVersion: 5.2-2+b1\n\n";

    #[test]
    fn packages_bear_the_name_and_version_of_their_source() {
        let installed = finish(&[DEBIAN, ("var/lib/dpkg/status", STATUS)]);
        assert_eq!(
            installed.ecosystem.as_ref().map(ToString::to_string).as_deref(),
            Some("Debian:12")
        );
        assert_eq!(
            lines(&installed),
            [
                "Debian:12 openssl 3.0.11-1, package libssl3",
                "Debian:12 openssl 3.0.11-1, package openssl",
                "Debian:12 bash 5.2-2, package bash",
            ]
        );
        assert_eq!(installed.readings[0].reading.components[0].line, 1);
    }

    #[test]
    fn the_administrators_release_goes_before_the_distributions() {
        let own = ("etc/os-release", "ID=ubuntu\nVERSION_ID=22.04\n");
        let installed = finish(&[DEBIAN, own, ("var/lib/dpkg/status", STATUS)]);
        assert_eq!(installed.release.map(|r| r.id).as_deref(), Some("ubuntu"));
    }

    #[test]
    fn where_records_name_either_both_names_are_asked() {
        let apk = "P:libcrypto3\nV:3.1-r0\nA:x86_64\nL:Apache-2.0\no:openssl\n\nP:a\nV:1\no:b\n\nP:b\nV:1\n\n";
        let check = |release: &str, expect: &[&str]| {
            let release = ("etc/os-release", release);
            assert_eq!(lines(&finish(&[release, ("lib/apk/db/installed", apk)])), expect);
        };
        check(
            "ID=wolfi\n",
            &[
                "Wolfi openssl 3.1-r0, package libcrypto3",
                "Wolfi libcrypto3 3.1-r0",
                "Wolfi a 1",
                "Wolfi b 1",
            ],
        );
        check(
            "ID=alpine\nVERSION_ID=3.18.4\n",
            &[
                "Alpine:v3.18 openssl 3.1-r0, package libcrypto3",
                "Alpine:v3.18 b 1, package a",
                "Alpine:v3.18 b 1, package b",
            ],
        );
    }

    #[test]
    fn a_derivative_is_not_its_parent() {
        let release = ("etc/os-release", "ID=raspbian\nID_LIKE=debian\nVERSION_ID=12\n");
        let one = "Package: bash\nVersion: 5.2-2+b1\nSource: bash (5.2-2)\n\n";
        let installed = finish(&[release, ("var/lib/dpkg/status", one)]);
        assert_eq!(installed.ecosystem, None);
        assert_eq!(lines(&installed), ["raspbian:12 bash 5.2-2+b1"]);
    }

    #[test]
    fn packages_without_a_distribution_are_shown_and_told() {
        let one = "Package: bash\nVersion: 5.2-2\n\n";
        assert_eq!(
            lines(&finish(&[("var/lib/dpkg/status", one)])),
            [
                "deb bash 5.2-2",
                "var/lib/dpkg/status:0: no os-release: the distribution of these packages is not known, so \
                 they are not evaluated"
            ]
        );
        assert_eq!(
            lines(&finish(&[DEBIAN])),
            [
                "etc/os-release:0: this is «Debian 12», but no database of its packages was found; they are \
              not evaluated"
            ]
        );
    }

    #[test]
    fn packages_of_another_tool_are_not_the_distributions() {
        let apk = ("lib/apk/db/installed", "P:musl\nV:1\n\n");
        assert_eq!(
            lines(&finish(&[DEBIAN, ("var/lib/dpkg/status", STATUS), apk]))[..2],
            [
                "apk on debian musl 1",
                "lib/apk/db/installed:0: apk packages beside those of «debian»: nobody writes advisories for \
                 them there; they are not evaluated"
            ]
        );
    }

    #[test]
    fn rpm_packages_bear_the_names_that_their_records_use() {
        let check = |release: &str, expect: &[&str]| {
            let mut system = System::default();
            for (path, bytes) in [
                ("usr/lib/os-release", release.as_bytes()),
                ("var/lib/rpm/rpmdb.sqlite", &crate::system_databases::rpm_database()),
            ] {
                system.add(path, None, read(path, bytes).expect(path));
            }
            assert_eq!(lines(&system.finish()), expect);
        };
        check(
            "ID=almalinux\nVERSION_ID=9.4\n",
            &[
                "AlmaLinux:9 gabion-sample 2:1.2-3.el9",
                "AlmaLinux:9 libsample 2:1.2.7-3.el9",
                "AlmaLinux:9 python3-sample 2:1.2-3.el9",
                "AlmaLinux:9 plain-sample 0~rc1-1",
            ],
        );
        check(
            "ID=opensuse-leap\nVERSION_ID=15.6\n",
            &[
                "openSUSE:Leap 15.6 gabion-sample 2:1.2-3.el9, package gabion-sample",
                "openSUSE:Leap 15.6 gabion-sample 2:1.2-3.el9, package libsample",
                "openSUSE:Leap 15.6 gabion-sample 2:1.2-3.el9, package python3-sample",
                "openSUSE:Leap 15.6 plain-sample 0~rc1-1, package plain-sample",
            ],
        );
    }

    #[test]
    fn an_empty_status_beside_its_parts_is_no_problem() {
        let part = ("var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12.4\n");
        let status = ("var/lib/dpkg/status", "");
        let expect = ["Debian:12 base-files 12.4, package base-files"];
        assert_eq!(lines(&finish(&[DEBIAN, status, part])), expect);
        assert_eq!(
            lines(&finish(&[DEBIAN, status])),
            [
                "var/lib/dpkg/status:0: the package database is empty; expected at least one installed package"
            ]
        );
    }

    #[test]
    fn software_in_a_packages_files_belongs_to_it() {
        let check_in = |layers: (u32, u32), owned: &str, path: &str, expect: &str| {
            let mut system = System::default();
            let mut reading = Reading::default();
            reading.push(pinned(Base::PyPI, "requests", "2.28.1", 0));
            reading.push(pinned(Base::PyPI, "urllib3", "1.26", 0));
            system.add(path, Some(layers.0), Fact::Software(reading));
            let owned = Owned { package: "python3-requests".into(), files: vec![owned.into()] };
            system.add("var/lib/dpkg/info/x.list", Some(layers.1), Fact::Owned(owned));
            let installed = system.finish();
            assert_eq!(installed.readings[0].layer, Some(layers.0));
            let by = if expect.is_empty() { String::new() } else { format!(", owned by {expect}") };
            assert_eq!(
                lines(&installed),
                [format!("PyPI requests 2.28.1{by}"), format!("PyPI urllib3 1.26{by}")]
            );
        };
        let check = |owned: &str, path: &str, expect: &str| check_in((1, 1), owned, path, expect);
        let path = "usr/lib/python3/dist-packages/requests-2.28.1.dist-info/METADATA";
        // Another package's change writes the database once more; the file itself was not touched.
        check_in((1, 2), path, path, "python3-requests");
        // What was put there after the package was installed is not the package's.
        check_in((2, 1), path, path, "");
        check(path, path, "python3-requests");
        check(&format!("./{path}"), path, "python3-requests");
        check("lib/x/METADATA", "usr/lib/x/METADATA", "python3-requests");
        check("usr/bin/x", "bin/x", "python3-requests");
        check("usr/local/lib/x/METADATA", "usr/lib/x/METADATA", "");
        check("opt/lib/x/METADATA", "lib/x/METADATA", "");
        // No distribution puts its own software there.
        for path in ["opt/agent/x/METADATA", "./opt/agent/x/METADATA", "usr/local/x/METADATA"] {
            check(path, path, "");
        }
    }

    #[test]
    fn a_package_of_another_vendor_is_not_the_distributions() {
        let status = format!("{STATUS}Package: agent\nVersion: 7\nVendor: Other <a@b.example>\n\n");
        let mut system = System::default();
        for (path, text) in [DEBIAN, ("var/lib/dpkg/status", &status)] {
            system.add(path, None, read(path, text.as_bytes()).expect(path));
        }
        let (path, list) = ("usr/share/agent/x-1.dist-info/METADATA", "Name: x\nVersion: 1\n");
        system.add(path, None, read(path, list.as_bytes()).unwrap());
        let list = "var/lib/dpkg/info/agent.list";
        system.add(list, None, read(list, format!("/{path}\n").as_bytes()).unwrap());
        let installed = system.finish();
        assert_eq!(lines(&installed)[0], "PyPI x 1");
        let components = &installed.readings[1].reading.components;
        let foreign: Vec<_> = components.iter().map(|c| (c.name.as_str(), &c.origin)).collect();
        let other = Origin::Foreign("built by «Other <a@b.example>»".into());
        assert_eq!(
            foreign,
            [
                ("openssl", &Origin::Registry),
                ("openssl", &Origin::Registry),
                ("bash", &Origin::Registry),
                ("agent", &other)
            ]
        );
    }

    #[test]
    fn a_source_at_another_version_than_the_package_of_its_name_is_asked_for_too() {
        let apk = "P:libcrypto3\nV:3.1-r0\no:openssl\n\nP:openssl\nV:3.2-r0\no:openssl\n\n";
        let release = ("etc/os-release", "ID=wolfi\n");
        assert_eq!(
            lines(&finish(&[release, ("lib/apk/db/installed", apk)])),
            [
                "Wolfi openssl 3.1-r0, package libcrypto3",
                "Wolfi libcrypto3 3.1-r0",
                "Wolfi openssl 3.2-r0",
            ]
        );
    }

    #[test]
    fn the_end_of_a_release_is_the_earlier_of_the_known_and_the_stated() {
        let check = |text: &str, expect: Option<&str>| {
            let installed = finish(&[("etc/os-release", text)]);
            let day = installed.ends.map(|ends| ends.to_string());
            assert_eq!(day.as_deref().and_then(|d| d.strip_suffix("T00:00:00Z")), expect, "{text}");
        };
        check("ID=debian\nVERSION_ID=11\n", Some("2026-08-31"));
        check("ID=debian\n", None);
        check("ID=ubuntu\nVERSION_ID=20.04\n", Some("2025-05-29"));
        check("ID=alpine\nVERSION_ID=3.18.4\n", Some("2025-05-09"));
        check("ID=rocky\nVERSION_ID=8.10\n", Some("2029-05-31"));
        check("ID=sles\nVERSION_ID=15\n", Some("2019-12-31"));
        check("ID=sles\nVERSION_ID=15.5\n", Some("2024-12-31"));
        check("ID=centos\nVERSION_ID=8\n", Some("2021-12-31"));
        check("ID=centos\nVERSION_ID=8\nPRETTY_NAME=\"CentOS Stream 8\"\n", Some("2024-05-31"));
        check("ID=debian\nVERSION_ID=110\n", None);
        check("ID=fedora\nVERSION_ID=40\nSUPPORT_END=2025-05-01\n", Some("2025-05-01"));
        check("ID=fedora\nVERSION_ID=40\nSUPPORT_END=2035-05-01\n", Some("2025-05-13"));
        check("ID=own\nSUPPORT_END=2035-05-01\n", Some("2035-05-01"));
        check("ID=own\nSUPPORT_END=soon\n", None);
    }
}
