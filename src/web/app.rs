use std::{
    num::NonZero,
    sync::{Arc, PoisonError, RwLock},
    thread,
    time::Instant,
};

use tokio::sync::Semaphore;

use super::{
    Config,
    capacity::{Capacity, FilesClosed, FreeSpace, Stage},
    carriage::{Carriage, CarryOptions},
    error::WebError,
    kdf_queue::{KdfQueue, Place},
    last_look::LastLook,
    last_write::LastWrite,
    load::IssuedCodes,
    rate::Rate,
    stopwatch::Stopwatch,
    uploads::Uploads,
    view::Shell,
    waiting::WaitingRoom,
};
use crate::{
    crypto::{Code, GovernanceRecipients, HashMemory, Receipt, SealError},
    domain::{Calendar, CalendarError, Clock, Date, Route, Today},
    http::scrub,
    store::{Store, StoreError},
};

/// What the pages are made of.
pub struct AppOptions {
    /// Where sealed messages are kept.
    pub store: Store,
    /// Whom everything is sealed to.
    pub recipients: GovernanceRecipients,
    /// Working days, until newer bank holidays come.
    pub calendar: Calendar,
    /// What the operator set.
    pub config: Config,
    /// Where the date comes from.
    pub today: Arc<dyn Today>,
    /// Where moments come from by which waiting and limits of a minute are counted.
    pub stopwatch: Arc<dyn Stopwatch>,
    /// Whose free space decides whether anything more is taken.
    pub free_space: Arc<dyn FreeSpace>,
    /// What it takes to let somebody carry without a stick; none where nobody does.
    pub carry: Option<CarryOptions>,
    /// Whether every page says that it is a demonstration.
    pub demo: bool,
}

/// The pages' state. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<AppParts>);

struct AppParts {
    options: AppOptions,
    /// Exchanged whole.
    calendar: RwLock<Arc<Calendar>>,
    shell: Shell,
    kdf_queue: KdfQueue,
    hash_memory: HashMemory,
    uploads: Uploads,
    code_checks: Rate,
    sends: Rate,
    sends_with_files: Rate,
    issued_codes: IssuedCodes,
    waiting_room: WaitingRoom,
    /// One permit for each page that is made of what was typed at the same moment.
    pages: Arc<Semaphore>,
    capacity: Capacity,
    last_write: LastWrite,
    last_look: LastLook,
    carriage: Option<Carriage>,
}

impl App {
    /// From its parts.
    #[must_use]
    pub fn new(mut options: AppOptions) -> Self {
        let shell = Shell::new(&options.config, options.demo);
        let limits = options.config.limits;
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let kdf_queue = KdfQueue::new(cores, options.store.settings().kdf.memory_bytes());
        let carriage = options.carry.take().map(|carry| Carriage::new(carry, options.stopwatch.now()));
        let issued_codes = IssuedCodes::new(options.stopwatch.now(), limits.sends_a_minute);
        let calendar = RwLock::new(Arc::new(options.calendar.clone()));
        Self(Arc::new(AppParts {
            options,
            calendar,
            shell,
            kdf_queue,
            hash_memory: HashMemory::default(),
            uploads: Uploads::new(),
            code_checks: Rate::a_minute(limits.code_checks_a_minute),
            sends: Rate::a_minute(limits.sends_a_minute),
            // The other half is for texts alone.
            sends_with_files: Rate::a_minute(limits.sends_a_minute / 2),
            issued_codes,
            waiting_room: WaitingRoom::default(),
            pages: Arc::new(Semaphore::new(2 * cores)),
            capacity: Capacity::new(&limits),
            last_write: LastWrite::default(),
            last_look: LastLook::default(),
            carriage,
        }))
    }

    /// Gives back to the system the memory in which no code was hashed since the last call: for a timer.
    pub fn release_idle_memory(&self) {
        self.0.hash_memory.release_idle();
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.options.store
    }

    pub(super) fn recipients(&self) -> &GovernanceRecipients {
        &self.0.options.recipients
    }

    /// Counts by this calendar from now on. What was promised stays as it was promised.
    pub fn set_calendar(&self, calendar: Calendar) {
        *self.0.calendar.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(calendar);
    }

    pub(super) fn calendar(&self) -> Arc<Calendar> {
        Arc::clone(&self.0.calendar.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn config(&self) -> &Config {
        &self.0.options.config
    }

    /// What all requests of carriers share, where somebody may carry.
    pub(super) fn carriage(&self) -> Option<&Carriage> {
        self.0.carriage.as_ref()
    }

    pub(super) fn shell(&self) -> &Shell {
        &self.0.shell
    }

    pub(super) fn uploads(&self) -> &Uploads {
        &self.0.uploads
    }

    pub(super) fn sends(&self) -> &Rate {
        &self.0.sends
    }

    /// Of all that is sent, what has files with it.
    /// Counts a message that is sent, if it has files. Theirs were taken when there was room for them.
    pub(super) fn count_files(&self, has_files: bool) {
        if has_files {
            let _ = self.sends_with_files().take(self.now());
        }
    }

    pub(super) fn sends_with_files(&self) -> &Rate {
        &self.0.sends_with_files
    }

    pub(super) fn issued_codes(&self) -> &IssuedCodes {
        &self.0.issued_codes
    }

    pub(super) fn waiting_room(&self) -> &WaitingRoom {
        &self.0.waiting_room
    }

    pub(super) fn now(&self) -> Instant {
        self.0.options.stopwatch.now()
    }

    pub(super) fn capacity(&self) -> &Capacity {
        &self.0.capacity
    }

    pub(super) fn last_write(&self) -> &LastWrite {
        &self.0.last_write
    }

    pub(super) fn last_look(&self) -> &LastLook {
        &self.0.last_look
    }

    /// What to answer whoever sent what could not be written.
    pub(super) fn not_written(&self, error: StoreError) -> WebError {
        if !matches!(error, StoreError::Arriving | StoreError::Busy) {
            self.last_write().set(false);
        }
        error.into()
    }

    /// What to answer whoever sent what could not be sealed.
    pub(super) fn not_sealed(&self, error: SealError) -> WebError {
        match error {
            SealError::Write(error) => match error.downcast::<StoreError>() {
                Ok(error) => self.not_written(error),
                Err(error) => SealError::Write(error).into(),
            },
            _ => error.into(),
        }
    }

    /// Why nothing can be taken now, not even a text.
    pub(super) fn why_full(&self, stage: Stage) -> Result<Option<&'static str>, WebError> {
        Ok(self.capacity().why_full(stage, self.today(), self.0.options.free_space.free_bytes()?))
    }

    /// Why no files can be taken now with a message that is still to be sent.
    pub(super) fn files_closed(&self, stage: Stage) -> Result<Option<FilesClosed>, WebError> {
        let closed = self.why_no_room_for_files(stage)?;
        Ok(closed.or_else(|| (!self.sends_with_files().is_left(self.now())).then_some(FilesClosed::Now)))
    }

    /// The same for files that are arriving.
    pub(super) fn why_no_room_for_files(&self, stage: Stage) -> Result<Option<FilesClosed>, WebError> {
        Ok(self.capacity().files_closed(stage, self.today(), self.0.options.free_space.free_bytes()?))
    }

    /// What a code that someone typed leads to, as long as there are not too many of them.
    pub(super) async fn look_up(&self, code: Code) -> Result<Receipt, WebError> {
        let place = self.0.kdf_queue.admit_typed()?;
        // What finds no place is not looked up, and does not count.
        if self.0.code_checks.take(self.now()) { self.derive(place, code).await } else { Err(WebError::TooMany) }
    }

    /// What the code that comes with a concern leads to.
    pub(super) async fn derive_sent(&self, code: Code) -> Result<Receipt, WebError> {
        self.derive(self.0.kdf_queue.admit_sent()?, code).await
    }

    pub(super) fn today(&self) -> Date {
        self.0.options.today.today()
    }

    /// The clocks that a concern of that route starts on a day, the information-use notice last.
    pub(super) fn clocks(&self, route: Route, on: Date) -> Result<Vec<Clock>, CalendarError> {
        let calendar = self.calendar();
        let promises = route.promises().iter().chain([&Clock::NOTICE]);
        promises.map(|promise| Clock::start(*promise, on, &calendar)).collect()
    }

    /// Runs what blocks (the store, sealing, opening) where it holds nobody else up.
    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, WebError> + Send + 'static,
    ) -> Result<T, WebError> {
        let app = self.clone();
        tokio::task::spawn_blocking(move || scrub::wiped(move || work(&app))).await.map_err(|_| WebError::Internal)?
    }

    /// The same for a page that repeats what was typed: it takes several times the memory of that, so few are made at the same
    /// moment.
    pub(super) async fn making_a_page<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, WebError> + Send + 'static,
    ) -> Result<T, WebError> {
        let turn = Arc::clone(&self.0.pages).acquire_owned().await.map_err(|_| WebError::Internal)?;
        self.blocking(move |app| {
            let _turn = turn;
            work(app)
        })
        .await
    }

    async fn derive(&self, place: Place, code: Code) -> Result<Receipt, WebError> {
        let turn = place.turn().await?;
        self.blocking(move |app| {
            // Held by the work itself: whoever asked may have gone, and the core is busy all the same.
            let _turn = turn;
            let settings = app.store().settings();
            Ok(code.derive_in(&app.0.hash_memory, settings.box_id, settings.kdf)?)
        })
        .await
    }
}
