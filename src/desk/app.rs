//! What all requests share: the settings, the lock, and what is open while nobody has locked it.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::http::HeaderValue;
use tokio::{sync::Mutex as Turn, time};
use zeroize::Zeroizing;

use super::{
    Carrier, DeskOptions, Keys, PageError, Surroundings, Unreadable,
    import_job::ImportJob,
    kept_form::{KeptForm, PostedForm},
    open_casebook::OpenCasebook,
    session_lock::{Secret, SessionLock},
    view::{CSS, JustDone, Shell},
};
use crate::{
    casebook::{CasebookError, UrgentCounts},
    crypto::os_random,
    domain::{Calendar, CasebookId, Date, Today},
    http::{policy, scrub, tell_operator},
    unseal::{GovernanceIdentity, Passphrase},
};

/// How often to look whether the desk has been idle for too long.
const LOOK: Duration = Duration::from_secs(1);
/// How long after a wrong passphrase the next may be tried.
const WRONG_PAUSE: Duration = Duration::from_secs(1);
/// The port that `Host` leaves out.
const HTTP_PORT: u16 = 80;

/// The pages' state. Cheap to clone.
#[derive(Clone)]
pub struct Desk(Arc<Shared>);

struct Shared {
    options: DeskOptions,
    surroundings: Box<dyn Surroundings>,
    id: CasebookId,
    protected: bool,
    hosts: Vec<String>,
    cookie_name: String,
    policy: HeaderValue,
    lock: Mutex<SessionLock>,
    open: Mutex<Option<Box<OpenCasebook>>>,
    /// Held by whoever opens or locks.
    turn: Turn<()>,
    import_job: ImportJob,
    /// What the next page of that session says first: what was just done.
    done: Mutex<Option<(u64, JustDone)>>,
    /// What could not wait when that session's last page was made.
    urgent: Mutex<Option<(u64, UrgentCounts)>>,
    kept_form: KeptForm,
}

impl Desk {
    /// Opens the casebook and announces the address that opens the desk. To be called where the stack is wiped
    /// afterwards: the keys pass over it.
    ///
    /// # Errors
    /// If the casebook can't be opened with these keys.
    pub fn open(options: DeskOptions, surroundings: Box<dyn Surroundings>, keys: Keys) -> Result<Self, CasebookError> {
        let (protected, owner) = (keys.protected, keys.identity.recipients());
        let (open, id) = OpenCasebook::new(&options.casebook, keys)?;
        let lock = SessionLock::new(options.lock_after, surroundings.uptime(), &mut os_random());
        let desk = Self(Arc::new(Shared {
            surroundings,
            id,
            protected,
            hosts: hosts(options.address),
            // Cookies are shared between the ports of an address.
            cookie_name: format!("candour-desk-{}", options.address.port()),
            policy: policy(&CSS, false),
            options,
            lock: Mutex::new(lock),
            open: Mutex::new(Some(Box::new(open))),
            turn: Turn::new(()),
            import_job: ImportJob::default(),
            done: Mutex::default(),
            urgent: Mutex::default(),
            kept_form: KeptForm::new(owner),
        }));
        desk.announce();
        Ok(desk)
    }

    /// Locks the desk whenever it has been idle for too long. Never done.
    pub async fn lock_when_idle(self) {
        loop {
            time::sleep(LOOK).await;
            self.lock_if_idle().await;
            // What is too old goes, also when nobody asks.
            self.keeps_form();
        }
    }

    /// Locks the desk if it has been idle for too long.
    pub(super) async fn lock_if_idle(&self) {
        if self.lock_state().is_idle(self.now()) {
            self.lock_if(SessionLock::is_idle).await;
        }
    }

    /// Ends the session and drops everything that is open, once what is being done with it has ended.
    pub(super) async fn lock(&self) {
        self.lock_if(|_, _| true).await;
    }

    /// Begins a session for whoever shows the ticket, and gives its cookie. A locked desk reads its keys again.
    pub(super) async fn redeem(&self, ticket: &str) -> Result<Zeroizing<String>, PageError> {
        let _turn = self.0.turn.lock().await;
        if !self.lock_state().redeem(ticket) {
            return Err(PageError::UsedAddress);
        }
        // In a variable of its own: the lock is not to be held while the keys are read.
        let locked = self.lock_state().is_locked();
        if locked {
            let read = self.read_keys(None).await;
            if !matches!(read, Ok(true)) {
                // The ticket is spent, and nobody got in.
                self.announce();
                return Err(read.err().unwrap_or(PageError::Keys));
            }
        }
        Ok(self.lock_state().enter(self.now(), &mut os_random()))
    }

    /// Begins a session for whoever knows the passphrase, and gives its cookie; none if it does not open the keys. One
    /// is tried at a time, and after a wrong one not at once another.
    pub(super) async fn unlock(&self, passphrase: Passphrase) -> Result<Option<Zeroizing<String>>, PageError> {
        let _turn = self.0.turn.try_lock().map_err(|_| PageError::Trying)?;
        if self.read_keys(Some(passphrase)).await? {
            return Ok(Some(self.lock_state().enter(self.now(), &mut os_random())));
        }
        time::sleep(WRONG_PAUSE).await;
        Ok(None)
    }

    /// Works with what is open, on a thread that may block and one at a time, if that session has not ended by then.
    pub(super) async fn with<T: Send + 'static>(
        &self,
        session: u64,
        work: impl FnOnce(&mut OpenCasebook) -> Result<T, PageError> + Send + 'static,
    ) -> Result<T, PageError> {
        let desk = self.clone();
        let done = wiped(move || {
            let mut open = desk.open_casebook();
            // It may have been locked, and opened again, while this waited for its turn.
            match &mut *open {
                Some(open) if desk.lock_state().is_current(session) => work(open),
                _ => Err(PageError::Locked),
            }
        });
        if let Some(outcome) = done.await {
            outcome
        } else {
            // A fault while it had the casebook in hand: nothing of that is to be trusted.
            self.lock().await;
            Err(PageError::Internal)
        }
    }

    /// Works with what was taken out of the casebook, beside everybody else. Whatever takes long has to look whether
    /// the session [`is current`](Self::is_current).
    pub(super) fn aside(work: impl FnOnce() + Send + 'static) {
        tokio::spawn(wiped(work));
    }

    /// Has the next page of that session say first what was done.
    pub(super) fn tell_done(&self, session: u64, done: JustDone) {
        *self.0.done.lock().unwrap_or_else(PoisonError::into_inner) = Some((session, done));
    }

    /// What was done just now in that session, once.
    pub(super) fn take_done(&self, session: u64) -> Option<JustDone> {
        let done = self.0.done.lock().unwrap_or_else(PoisonError::into_inner).take();
        done.filter(|(of, _)| *of == session).map(|(_, done)| done)
    }

    /// Notes what can't wait, for the pages of that session.
    pub(super) fn note_urgent(&self, session: u64, counts: UrgentCounts) {
        *self.0.urgent.lock().unwrap_or_else(PoisonError::into_inner) = Some((session, counts));
    }

    /// What could not wait when it was last noted in that session.
    pub(super) fn urgent(&self, session: u64) -> UrgentCounts {
        let noted = *self.0.urgent.lock().unwrap_or_else(PoisonError::into_inner);
        noted.filter(|(of, _)| *of == session).map(|(_, counts)| counts).unwrap_or_default()
    }

    /// Keeps a form that no session took, if its token says that it was made in a session that has ended here. Gives
    /// whether it is kept.
    pub(super) async fn keep_form(&self, token: &str, posted: PostedForm) -> bool {
        if !self.lock_state().was_of_ended(token, self.now()) {
            return false;
        }
        let desk = self.clone();
        wiped(move || desk.0.kept_form.keep(&posted, desk.now())).await.unwrap_or(false)
    }

    /// Whether there is a form that no session took.
    pub(super) fn keeps_form(&self) -> bool {
        self.0.kept_form.is_some(self.now())
    }

    /// The form that no session took, if this identity opens it.
    pub(super) fn open_form(&self, identity: &GovernanceIdentity) -> Option<PostedForm> {
        self.0.kept_form.open(identity, self.now())
    }

    /// Throws away the form that no session took.
    pub(super) fn forget_form(&self) {
        self.0.kept_form.forget();
    }

    /// Whether that session has not ended.
    pub(super) fn is_current(&self, session: u64) -> bool {
        self.lock_state().is_current(session)
    }

    /// Lets a request in that shows the session's cookie. Gives the session's number and token.
    pub(super) fn admit(&self, cookies: &[Zeroizing<String>]) -> Option<(u64, Arc<Secret>)> {
        let cookies = cookies.iter().map(|cookie| cookie.as_str());
        self.lock_state().admit(cookies, self.now()).map(|session| (session.number, Arc::clone(&session.token)))
    }

    /// The end of what [`Desk::admit`] let in.
    pub(super) fn leave(&self, session: u64) {
        self.lock_state().leave(session, self.now());
    }

    /// Whether that is a name under which a browser reaches this desk and no other site.
    pub(super) fn is_host(&self, name: &str) -> bool {
        self.0.hosts.iter().any(|host| host.eq_ignore_ascii_case(name))
    }

    /// The name of the session's cookie.
    pub(super) fn cookie_name(&self) -> &str {
        &self.0.cookie_name
    }

    /// The content security policy of its pages.
    pub(super) fn policy(&self) -> &HeaderValue {
        &self.0.policy
    }

    /// Whether a locked desk asks for a passphrase.
    pub(super) fn is_protected(&self) -> bool {
        self.0.protected
    }

    /// Whether a form comes from the locked page.
    pub(super) fn is_unlock_token(&self, shown: &str) -> bool {
        self.lock_state().is_unlock_token(shown)
    }

    /// The day on which everything is shown.
    pub(super) fn shown_day(&self) -> Date {
        self.0.options.as_of.unwrap_or_else(|| self.0.options.today.today())
    }

    /// The day on which whatever is recorded is recorded.
    pub(super) fn today(&self) -> &dyn Today {
        &*self.0.options.today
    }

    /// Where the casebook is.
    pub(super) fn directory(&self) -> &Path {
        &self.0.options.casebook
    }

    /// The import that is under way, or what became of the last.
    pub(super) fn import_job(&self) -> &ImportJob {
        &self.0.import_job
    }

    /// What carries files in a demonstration.
    pub(super) fn carrier(&self) -> Option<&dyn Carrier> {
        self.0.options.demo.as_deref()
    }

    /// Working days.
    pub(super) fn calendar(&self) -> &Calendar {
        &self.0.options.calendar
    }

    /// What every page of the session has around it.
    pub(super) fn shell_inside(&self, token: Zeroizing<String>, path: &str) -> Shell {
        self.shell_with(token).inside(self.0.id, path)
    }

    /// What every page has around it that is seen without a session: nothing that only a session may see.
    pub(super) fn shell(&self) -> Shell {
        let token = self.lock_state().unlock_token();
        self.shell_with(token)
    }

    fn shell_with(&self, token: Zeroizing<String>) -> Shell {
        Shell::new(self.carrier().is_some(), self.0.options.lock_after, token)
    }

    fn lock_state(&self) -> MutexGuard<'_, SessionLock> {
        // Nothing in there is left half done by a panic.
        self.0.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Blocks for as long as somebody works with it.
    fn open_casebook(&self) -> MutexGuard<'_, Option<Box<OpenCasebook>>> {
        // After a panic it is locked; see `with`.
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.0.surroundings.uptime()
    }

    async fn lock_if(&self, holds: impl FnOnce(&SessionLock, Duration) -> bool) {
        let _turn = self.0.turn.lock().await;
        let now = self.now();
        {
            let mut lock = self.lock_state();
            if lock.is_locked() || !holds(&lock, now) {
                return;
            }
            lock.lock(&mut os_random());
        }
        let desk = self.clone();
        wiped(move || {
            drop(desk.open_casebook().take());
            desk.import_job().forget();
            desk.take_done(0);
            desk.note_urgent(0, UrgentCounts::default());
        })
        .await;
        if !self.is_protected() {
            self.announce();
        }
    }

    /// Tells the one address that opens the desk.
    fn announce(&self) {
        let ticket = self.lock_state().ticket(&mut os_random());
        let address = Zeroizing::new(format!("http://{}/open?token={}", self.0.options.address, *ticket));
        self.0.surroundings.announce(&address);
    }

    /// Reads the keys and puts out what they open. Gives whether the passphrase was the right one.
    async fn read_keys(&self, passphrase: Option<Passphrase>) -> Result<bool, PageError> {
        let desk = self.clone();
        let read = wiped(move || {
            let keys = match desk.0.surroundings.keys(passphrase) {
                Ok(keys) => keys,
                Err(Unreadable::Passphrase) => return Ok(false),
                Err(Unreadable::Other(why)) => {
                    tell_operator(&why);
                    return Err(PageError::Keys);
                }
            };
            let owner = keys.identity.recipients();
            let (open, _) = OpenCasebook::new(&desk.0.options.casebook, keys)?;
            if desk.0.kept_form.own(owner) {
                // What a colleague's pages still send is not for whoever came after them.
                desk.lock_state().void_forms(&mut os_random());
            }
            *desk.open_casebook() = Some(Box::new(open));
            Ok(true)
        });
        read.await.unwrap_or(Err(PageError::Internal))
    }
}

/// What a browser calls that address in `Host`, which names no port where it is HTTP's own.
fn hosts(address: SocketAddr) -> Vec<String> {
    let (full, port) = (address.to_string(), format!(":{}", address.port()));
    let names = [full.trim_end_matches(&port).to_owned(), "localhost".to_owned()];
    let with_port = names.iter().map(|name| name.clone() + &port);
    let without = names.iter().filter(|_| address.port() == HTTP_PORT).cloned();
    with_port.chain(without).collect()
}

/// Does what blocks on a thread for that, and wipes what it leaves on the stack. None if it panics.
async fn wiped<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(move || scrub::wiped(work)).await.ok()
}

#[cfg(test)]
mod tests;
