//! What the world knows: advisories, KEV, EPSS, public exploits, SSVC; is this version affected?
