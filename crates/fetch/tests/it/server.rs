//! A web server of threads on 127.0.0.1 that says, byte for byte, what a test wants said.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The first line's method.
    pub method: String,
    /// The first line's target.
    pub target: String,
    /// The whole head.
    pub head: String,
    /// How many requests came before, over all connections.
    pub number: usize,
}

impl Asked {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

type Handler = dyn Fn(&Asked, &mut TcpStream) + Send + Sync;

/// A running server; dropping it ends the accepting thread.
pub struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    connections: Arc<Mutex<usize>>,
    end: Arc<AtomicBool>,
}

impl Server {
    /// Starts a server that answers each request by `handler`, which writes raw bytes.
    /// A connection lives on until the client closes it or `handler` shuts it down.
    pub fn start(handler: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server =
            Self { port, asked: Arc::default(), connections: Arc::default(), end: Arc::default() };
        let (asked, connections) = (server.asked.clone(), server.connections.clone());
        let (end, handler): (_, Arc<Handler>) = (server.end.clone(), Arc::new(handler));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    break;
                }
                *connections.lock().expect("a lock") += 1;
                let (asked, handler) = (asked.clone(), handler.clone());
                thread::spawn(move || serve(stream.expect("a connection"), &asked, &*handler));
            }
        });
        server
    }

    /// A server that answers everything with these bytes and closes.
    pub fn saying(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::start(move |_, stream| {
            // The client may be gone already: it hangs up on what it refuses.
            let _ = stream.write_all(&bytes);
            let _ = stream.shutdown(std::net::Shutdown::Both);
        })
    }

    /// The address of a path here.
    pub fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The port listened on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// All requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("a lock").clone()
    }

    /// The number of connections so far.
    pub fn connections(&self) -> usize {
        *self.connections.lock().expect("a lock")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end.store(true, Ordering::SeqCst);
        // Wakes the accepting thread.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

/// The header of a connection that is not to be kept.
pub const CLOSE: &str = "Connection: close\r\n";

/// A whole answer with a right Content-Length and further header lines (each ending in CRLF).
pub fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut all = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n", body.len())
        .into_bytes();
    all.extend_from_slice(body);
    all
}

/// Waits until the client hangs up, or `longest` has passed; true when it hung up.
pub fn hung_up(stream: &mut TcpStream, longest: Duration) -> bool {
    stream.set_read_timeout(Some(longest)).expect("a timeout");
    match stream.read(&mut [0; 64]) {
        Ok(0) => true,
        Ok(_) => false,
        Err(error) => {
            !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
        }
    }
}

fn serve(mut stream: TcpStream, asked: &Mutex<Vec<Asked>>, handler: &Handler) {
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    while let Some(head) = read_head(&mut stream) {
        let mut words = head.split(' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (method, target) = (word(), word());
        let request = {
            let mut asked = asked.lock().expect("a lock");
            let request = Asked { method, target, number: asked.len(), head };
            asked.push(request.clone());
            request
        };
        handler(&request, &mut stream);
    }
}

fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.extend_from_slice(&byte),
            _ => return None,
        }
    }
    String::from_utf8(head).ok()
}
