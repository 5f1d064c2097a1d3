//! System calls given up, by seccomp: whatever is not in the list of [`super::calls`] does not happen.

use std::{collections::BTreeMap, env::consts::ARCH, process};

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter, apply_filter_all_threads,
};

use super::{
    ConfineError, Profile,
    arguments::{Argument, Is, When},
    calls::CALLS,
    refused::REFUSED,
};

/// Whose calls are given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Threads {
    All,
    This,
}

/// From now on, on every thread, no other system calls happen than those of the profile. A profile may be followed by a
/// narrower one, if it can give up more: [`Profile::Serve`] and [`Profile::Desk`] are last.
///
/// What is known and not allowed fails with “operation not permitted”, a call that no list has with “not implemented”: a C
/// library that tries something newer first falls back then.
///
/// # Errors
/// If the kernel refuses, or this processor is unknown to the filter.
pub fn system_calls(profile: Profile) -> Result<(), ConfineError> {
    apply(profile, Threads::All)
}

pub(super) fn apply(profile: Profile, threads: Threads) -> Result<(), ConfineError> {
    let filter = filter(profile).map_err(|error| ConfineError::because(&error))?;
    match threads {
        Threads::All => apply_filter_all_threads(&filter),
        Threads::This => apply_filter(&filter),
    }
    .map_err(|error| ConfineError::because(&error))
}

/// The list as the kernel takes it. A program of another processor's kind, as 32-bit calls are, is killed.
fn filter(profile: Profile) -> Result<BpfProgram, seccompiler::BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for number in REFUSED.iter().chain(CALLS.iter().map(|call| &call.number)) {
        rules.insert(*number, vec![never()?]);
    }
    for call in CALLS.iter().filter(|call| call.of.contains(&profile)) {
        rules.insert(call.number, allowed(&call.when)?);
    }
    let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let filter = SeccompFilter::new(rules, refused, SeccompAction::Allow, ARCH.try_into()?)?;
    let mut program = BpfProgram::try_from(filter)?;
    // What is at the end is for every number that none of the rules is about.
    if let Some(last) = program.last_mut() {
        last.k = u32::from(SeccompAction::Errno(libc::ENOSYS.unsigned_abs()));
    }
    Ok(program)
}

fn allowed(when: &When) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    match when {
        // A call without rules is allowed whatever its arguments.
        When::Always => Ok(Vec::new()),
        When::OneOf(ways) => {
            let mut rules = Vec::new();
            for way in *ways {
                rules.extend(conditions(way)?.into_iter().map(SeccompRule::new).collect::<Result<Vec<_>, _>>()?);
            }
            Ok(rules)
        }
    }
}

/// What all has to be so: once for each number of an argument that may be one of several.
fn conditions(way: &[Argument]) -> Result<Vec<Vec<SeccompCondition>>, seccompiler::BackendError> {
    let Some((first, rest)) = way.split_first() else { return Ok(vec![Vec::new()]) };
    let mut all = Vec::new();
    for rest in conditions(rest)? {
        for condition in fitting(first)? {
            all.push([vec![condition], rest.clone()].concat());
        }
    }
    Ok(all)
}

fn fitting(argument: &Argument) -> Result<Vec<SeccompCondition>, seccompiler::BackendError> {
    use SeccompCmpArgLen::{Dword, Qword};
    use SeccompCmpOp::{Eq, MaskedEq};

    let condition = |width, comparison, value| SeccompCondition::new(argument.at, width, comparison, value);
    match argument.is {
        Is::Among(numbers) => numbers.iter().map(|number| condition(Dword, Eq, u64::from(*number))).collect(),
        Is::Null => Ok(vec![condition(Qword, Eq, 0)?]),
        Is::Without(bits) => Ok(vec![condition(Qword, MaskedEq(bits), 0)?]),
        Is::Kind { of, is } => Ok(vec![condition(Dword, MaskedEq(of), is)?]),
        Is::OwnProcess => Ok(vec![condition(Dword, Eq, u64::from(process::id()))?]),
    }
}

/// What no call fits: an argument is not two numbers.
fn never() -> Result<SeccompRule, seccompiler::BackendError> {
    let is = |number| SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, number);
    SeccompRule::new(vec![is(0)?, is(1)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_no_list_has_is_not_implemented() {
        let refused = u32::from(SeccompAction::Errno(libc::EPERM.unsigned_abs()));
        let unknown = u32::from(SeccompAction::Errno(libc::ENOSYS.unsigned_abs()));
        let program = filter(Profile::Command).unwrap();
        assert_eq!(program.last().unwrap().k, unknown);
        assert_eq!(program.iter().filter(|line| line.k == unknown).count(), 1);
        assert!(program.iter().filter(|line| line.k == refused).count() >= REFUSED.len());
    }
}
