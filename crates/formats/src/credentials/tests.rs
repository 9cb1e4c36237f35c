use super::*;

/// What is to be blanked stands between ⟦ and ⟧.
fn check(marked: &str) {
    let text = marked.replace(['⟦', '⟧'], "");
    let mut expect = String::new();
    for (number, part) in marked.split('⟦').enumerate() {
        let shown =
            if number == 0 { part } else { part.split_once('⟧').map_or("", |(_, rest)| rest) };
        if number > 0 {
            expect.push_str(BLANK);
        }
        expect.push_str(shown);
    }
    let found = blanked(&text).unwrap_or(text.clone());
    assert_eq!(found, expect);
    assert_eq!(blanked(&expect), None, "twice is once: {expect}");
}

#[test]
fn credentials_go_and_what_is_around_them_stays() {
    let lines = [
        "key ⟦AKIAIOSFODNN7EXAMPLE⟧ and",
        "a ⟦-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----⟧ b",
        // Addresses.
        "https://bob:⟦hunter2⟧@host/x and https://host/x",
        "POSTGRES://bob:⟦p@Tr0ub/4?dor#9⟧@host:5432/db?sslmode=off",
        "mongodb+srv://bob:⟦hunter2⟧@a,b/x",
        "redis://:⟦hunter2⟧@host:6379/0",
        "jdbc:oracle:thin:scott/⟦tiger9⟧@//host:1521/x",
        "https://⟦Tr0ub4dorHorse99⟧@h.example/z.tgz",
        "https://h.example/?private_token=⟦abcdefgh⟧&page=2",
        "GET /x?api_key=⟦Hh7vLm2Rt8Wk4Zx9⟧&sig=⟦aB3%2Bdef4567890ab⟧ HTTP/1.1",
        "https://hooks.slack.com/services/⟦T0AAAAAAA/B0BBBBBBB/XyZ123abcDEF456ghiJKL789⟧ is used",
        "https://discord.com/api/webhooks/⟦123456789012345678/abcDEF_123-ghi456JKL⟧",
        "https://acme.webhook.office.com/webhookb2/⟦11111111-2222@3333/IncomingWebhook/abc/def⟧",
        "https://ci.example/hooks/⟦9f8e7d6c5b4a39281706⟧",
        // Headers.
        "Authorization: Bearer ⟦Tr0ub4dorHorse99⟧",
        "authorization: basic ⟦dTokU1RyMHViNGRvcg==⟧",
        "Authorization: Own ⟦letme1n⟧\nHost: h",
        "Proxy-Authorization: Digest ⟦username=\"bob\", response=\"6629fae4\"⟧",
        "curl -H 'Authorization: token ⟦abc123def456⟧' https://h",
        "Cookie: sid=⟦Tr0ub4dor⟧; theme=⟦dark⟧",
        "Set-Cookie: JSESSIONID=⟦ABC123⟧; Path=/; HttpOnly; SameSite=Lax",
        "X-Api-Key: ⟦letmein⟧\nAccept: */*",
        "X-Auth-Token: ⟦changeit⟧",
        "{\"Authorization\": \"Bearer ⟦Tr0ub4dorHorse99⟧\"}",
        // Assignments.
        "password = \"⟦hunter2⟧\" # x",
        "DB_PASSWORD => '⟦x1y2z3⟧'",
        "DB_PASSWORD=⟦changeit⟧",
        "export API_TOKEN=⟦a;b&c#1⟧",
        "spring.datasource.password=⟦ab&cd;e1⟧",
        "  password: ⟦hunter2⟧",
        "Server=x;User Id=sa;Password=⟦changeit⟧;Encrypt=no",
        "Driver=x;UID=sa;PWD={⟦a;b1⟧};",
        "DefaultEndpointsProtocol=https;AccountKey=⟦Zm9vYmFyMTIz+/==⟧;EndpointSuffix=x",
        "jdbc:mysql://h/x?user=bob&password=⟦changeit⟧",
        "String password: String = \"⟦hunter2⟧\"",
        "config[\"client_secret\"] = '⟦hunter2⟧'",
        "{\"password\":\"⟦hunter2⟧\",\"user\":\"bob\"}",
        "{\\\"password\\\":\\\"⟦hunter2⟧\\\",\\\"user\\\":\\\"bob\\\"}",
        "<password>⟦hunter2⟧</password><user>bob</user>",
        "user.setPassword(\"⟦hunter2⟧\")",
        "if password == '⟦hunter2⟧':",
        // Options.
        "mysql -u root -p⟦Tr0ub4dorHorse99⟧ db",
        "mysqldump --password=⟦changeit⟧ db",
        "docker login --username bob --password ⟦hunter2⟧ h",
        "sshpass -p '⟦hunter2⟧' ssh h",
        "curl -u bob:⟦hunter2⟧ https://h",
        "redis-cli -h h -a ⟦hunter2⟧ ping",
        // Sentences.
        "Possible hardcoded password: '⟦hunter2⟧'",
        "password '⟦hunter2⟧' in code",
    ];
    lines.into_iter().for_each(check);
}

/// A value longer than what is looked at from one place goes whole.
#[test]
fn of_a_long_value_nothing_stays() {
    let long = "Tr0ub4dorHorse99".repeat(1_000);
    for text in [
        format!("DB_PASSWORD={long} x"),
        format!("Authorization: Bearer {long}\nx"),
        format!("<password>{long}</password>"),
        format!("password = \"{long}\" x"),
        format!("https://h/?api_key={long}"),
    ] {
        let blanked = blanked(&text).unwrap_or_default();
        assert!(blanked.len() < 60 && !blanked.contains("Horse"), "{}", head(&blanked, 200));
    }
}

#[test]
fn what_is_no_credential_stays() {
    let lines = [
        "task-sk-this-is-a-very-long-word-that-is-none-of-it",
        "-----BEGIN CERTIFICATE-----\nMII",
        "the password of the user is weak",
        "Password: the field must not be empty",
        "token: expired",
        "Authorization: the user must be checked by the server",
        "Missing Authorization: Bearer token is not validated",
        "The Cookie: header has no HttpOnly flag",
        "Set-Cookie without Secure; Path=/",
        "password = os.environ['DB_PASSWORD']",
        "password=request.getParameter(\"id\")",
        "connect(password=password, token=self.token)",
        "connect(user, password=pw)",
        "password: str, token: Optional[str] = None",
        "DB_PASSWORD=${SECRET}",
        "password: {{ vault_password }}",
        "token = <your token>",
        "PASSWORD_FILE=/run/secrets/db",
        "DB_PASSWORD=/run/secrets/db",
        "max_tokens=4096 token_type=bearer password_hash: 5f4dcc3b5aa765d61d8327deb882cf99",
        "tokenizer = 'bert'",
        "bypass: true, compass=north1",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b at src/auth/token.rs:12",
        "ssh://git@github.com/a/b.git and git@host:a/b and https://registry.npmjs.org/@scope/pkg",
        "http://[::1]:80/x@y http://h:8080/a@2x.png",
        "CVE-2026-12345: secret: CVE-2026-12345 is exploited",
        "docker run -p 8080:80 mysql",
        "ls -p; mysql -P3306 -h h",
        "https://docs.example/webhooks/getting-started and https://docs.example/api/token/overview",
        "uses HS256 with key size 2048, \"SHA256withRSA\"",
        "https://h/x?key=name&code=302&page=2",
        "a == b, x != y, 12:30:01, std::token::Token, é: ü",
        "org.apache:token-api:1.2.3",
        "if (secret.length() < 16) { }",
        "System.out.println(\"password = \" + password); f(\"password = \"+password);",
        "q = \"user = '\" + user + \"' and password = '\" + password + \"'\";",
        "String password = credentials[1];",
        "Auth={authentication}",
        "uncommented line: password --md5 <encryptedpassword> For either approach",
        "AWS::IAM::AccessKey:GeneratedFindingAccessKeyId",
    ];
    lines.into_iter().for_each(check);
}

#[test]
fn a_name_is_searched_for_shapes_and_addresses_alone() {
    assert_eq!(blanked_name("a:secret:release1x2"), None);
    assert_eq!(blanked_name("pkg:npm/a@1.0"), None);
    assert_eq!(
        blanked_name("https://e.com/f.tgz?private_token=Tr0ub4dor").as_deref(),
        Some("https://e.com/f.tgz?private_token=[redacted]")
    );
}

#[test]
fn what_a_message_about_a_credential_quotes_goes_and_names_stay() {
    let check = |text: &str, expect: &str| {
        let found = blanked_about_one(text).unwrap_or(text.to_owned());
        assert_eq!(found, expect);
    };
    check(
        "The hard-coded value \"Zx9pQ7vLm2Rt8Wk4\" is used as [password](1).",
        "The hard-coded value \"[redacted]\" is used as [password](1).",
    );
    check(
        "The hard-coded value \"admin\" is used as [password](1).",
        "The hard-coded value \"[redacted]\" is used as [password](1).",
    );
    check("'letmein' is hard-coded", "'[redacted]' is hard-coded");
    check("hard-coded password «correct horse battery staple»", "hard-coded password «[redacted]»");
    check(
        "key Zx9pQ7vLm2Rt8Wk4 found in src/Config2.java",
        "key [redacted] found in src/Config2.java",
    );
    for same in [
        "\"password\" detected here, make sure this is not a hard-coded credential.",
        "The variable 'db_password' in 'config/app2.py' isn't read; don't hard-code it",
        "Use `AES-256-GCM` or `PBKDF2WithHmacSHA256`, see \"https://owasp.org/x1\" and 'CWE-798'",
        "java/hardcoded-credential-api-call at 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
    ] {
        check(same, same);
    }
}

#[test]
fn a_long_text_costs_no_more_than_its_length() {
    for piece in [
        "password=",
        "a:",
        "\"",
        "'x",
        "://",
        "://a:b@",
        "--password ",
        "=",
        "( ",
        "]: ",
        "Authorization: ",
    ] {
        let text = piece.repeat(20_000 / piece.len());
        let _ = blanked(&text);
        let _ = blanked_about_one(&text);
    }
}
