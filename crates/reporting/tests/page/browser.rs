//! A headless Chromium, spoken to by its DevTools protocol (<https://chromedevtools.github.io/devtools-protocol/>) over two
//! pipes: JSON, each message ended by a zero byte.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long an answer may take: far more than it ever does, so that a browser that hangs fails the test.
const PATIENCE: Duration = Duration::from_secs(120);

/// A page in a browser.
pub(crate) struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    number: u64,
    session: Option<String>,
    events: Vec<Value>,
    _folder: TempDir,
}

/// What the page is shown on.
#[derive(Clone, Copy)]
pub(crate) struct Screen {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) dark: bool,
}

impl Screen {
    pub(crate) const DESK: Self = Self { width: 1200, height: 900, dark: false };
    pub(crate) const TELEPHONE: Self = Self { width: 360, height: 780, dark: true };
}

/// The browser of this machine.
pub(crate) fn find() -> Option<PathBuf> {
    if let Some(named) = env::var_os("PLUMAGE_BROWSER") {
        return Some(named.into());
    }
    let folders = env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut places = env::split_paths(&folders).flat_map(|folder| names.map(|name| folder.join(name)));
    places.find(|place| place.is_file())
}

impl Browser {
    /// Shows the file at `path`; `folder` lives as long as the browser.
    pub(crate) fn open(program: &Path, folder: TempDir, path: &Path, screen: Screen) -> Self {
        // The protocol is spoken over the files 3 and 4, which only a shell can open without unsafe code.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null"])
            .arg(program)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"])
            .args(["--disable-background-networking", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, mut pipe) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let (sender, from) = channel();
        thread::spawn(move || {
            let mut message = Vec::new();
            while pipe.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                if sender.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    break;
                }
                message.clear();
            }
        });
        let (number, session, events) = (0, None, Vec::new());
        let mut browser = Self { child, to, from, number, session, events, _folder: folder };
        browser.show(path, screen);
        browser
    }

    fn show(&mut self, path: &Path, screen: Screen) {
        let target = self.ask("Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.ask("Target.attachToTarget", attach);
        self.session = Some(session["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.ask(&format!("{domain}.enable"), json!({}));
        }
        let Screen { width, height, dark } = screen;
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.ask("Emulation.setDeviceMetricsOverride", size);
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.ask("Emulation.setEmulatedMedia", media);
        self.ask("Page.navigate", json!({ "url": format!("file://{}", path.display()) }));
        while self.of("Page.loadEventFired").is_empty() {
            let message = self.from.recv_timeout(PATIENCE).unwrap();
            self.events.push(message);
        }
    }

    /// Asks for something, and waits for the answer.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.number += 1;
        let mut message = json!({ "id": self.number, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.to.write_all(message.to_string().as_bytes()).unwrap();
        self.to.write_all(&[0]).unwrap();
        self.to.flush().unwrap();
        loop {
            let mut message = self.from.recv_timeout(PATIENCE).unwrap();
            if message["id"] == self.number {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    /// What an expression of JavaScript comes to in the page.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.ask("Runtime.evaluate", asked);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].take()
    }

    /// The events of that name until now.
    pub(crate) fn of(&self, method: &str) -> Vec<&Value> {
        self.events.iter().filter(|event| event["method"] == method).map(|event| &event["params"]).collect()
    }

    /// The middle of the first element that a selector finds, or another part of it, once it is on the screen.
    pub(crate) fn place(&mut self, selector: &str, (across, down): (f64, f64)) -> (f64, f64) {
        let place = self.value(&format!(
            "(() => {{ const element = document.querySelector({selector:?}); element.scrollIntoView({{ block: 'center' }});
               const box = element.getBoundingClientRect();
               return [box.left + {across} * box.width, box.top + {down} * box.height]; }})()"
        ));
        (place[0].as_f64().unwrap(), place[1].as_f64().unwrap())
    }

    /// Something that a mouse does: `mouseMoved`, `mousePressed`, `mouseReleased`, `mouseWheel`.
    pub(crate) fn mouse(&mut self, kind: &str, (x, y): (f64, f64), wheel: f64) {
        let button = if kind == "mouseWheel" { "none" } else { "left" };
        let buttons = u8::from(kind == "mousePressed" || kind == "mouseMoved" && self.is_pressed());
        self.ask(
            "Input.dispatchMouseEvent",
            json!({
                "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1, "deltaX": 0,
                "deltaY": wheel,
            }),
        );
        if kind == "mousePressed" || kind == "mouseReleased" {
            self.events.push(json!({ "method": "test.mouse", "params": kind }));
        }
    }

    fn is_pressed(&self) -> bool {
        self.of("test.mouse").last().is_some_and(|kind| **kind == "mousePressed")
    }

    /// A click on the first element that a selector finds.
    pub(crate) fn click(&mut self, selector: &str) {
        let place = self.place(selector, (0.5, 0.5));
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            self.mouse(kind, place, 0.);
        }
    }

    /// A key, as `ArrowRight`, pressed and let go.
    pub(crate) fn key(&mut self, key: &str) {
        let code = match key {
            "ArrowLeft" => 37,
            "ArrowRight" => 39,
            _ => 0,
        };
        let text = if key.len() == 1 { key } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event =
                json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text });
            self.ask("Input.dispatchKeyEvent", event);
        }
    }

    /// Writes a picture of the whole page.
    pub(crate) fn screenshot(&mut self, path: &Path) {
        let picture =
            self.ask("Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": true }));
        std::fs::write(path, STANDARD.decode(picture["data"].as_str().unwrap()).unwrap()).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
