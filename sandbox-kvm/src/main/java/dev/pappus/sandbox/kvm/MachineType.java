package dev.pappus.sandbox.kvm;

import dev.pappus.linux.KvmSystem;
import dev.pappus.sandbox.ResidentBudget;

/**
 * What all machines of a driver have in common.
 *
 * @param system where they come from
 * @param host what it offers
 * @param variant how faults are told
 * @param wipeMethod how writes are found
 * @param budget what they may keep resident
 */
record MachineType(
    KvmSystem system,
    HostFeatures host,
    EntryVariant variant,
    WipeMethod wipeMethod,
    ResidentBudget budget) {}
