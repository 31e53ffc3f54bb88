package dev.pappus.dispatcher;

import dev.pappus.dispatcher.CompositionsRegistered.CompositionChange;
import dev.pappus.dispatcher.Registry.Change;
import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.dispatcher.RegistrySnapshot.CommunicationEntry;
import dev.pappus.dispatcher.RegistrySnapshot.CompositionEntry;
import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.dispatcher.store.CompositionRow;
import dev.pappus.language.Composition;
import dev.pappus.model.Digest;
import dev.pappus.model.Limit;
import dev.pappus.model.Names;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Registers and removes compositions. Any thread may use it; all methods block. */
final class CompositionRegistrar {
  private final RegistryState state;

  CompositionRegistrar(RegistryState state) {
    this.state = state;
  }

  CompositionsRegistered register(
      Namespace namespace, String text, OnConflict onConflict, boolean dryRun) {
    return register(namespace, text, onConflict, dryRun, (_, _) -> {});
  }

  CompositionsRegistered put(
      Namespace namespace, String name, String text, Precondition precondition, boolean dryRun) {
    return register(
        namespace,
        text,
        OnConflict.REPLACE,
        dryRun,
        (now, found) -> {
          requireOnly(name, found);
          precondition.require(name, versionOf(now, name));
        });
  }

  private static void requireOnly(String name, List<Composition> found) {
    if (found.size() != 1 || !found.getFirst().name().equals(name)) {
      String names = String.join(", ", found.stream().map(Composition::name).toList());
      throw new ProblemException(
          Problem.of(
                  ProblemCode.COMPOSITION_INVALID,
                  "the text must hold the composition '%s' and no other, but holds %s",
                  name,
                  names.isEmpty() ? "none" : names)
              .withHint("POST the text to /v1/compositions to register all that it holds"));
    }
  }

  private static @Nullable Digest versionOf(RegistrySnapshot now, String name) {
    return now.find(name) instanceof CompositionEntry entry
        ? Registry.versionOf(entry.registered().composition())
        : null;
  }

  private CompositionsRegistered register(
      Namespace namespace,
      String text,
      OnConflict onConflict,
      boolean dryRun,
      BiConsumer<RegistrySnapshot, List<Composition>> requirement) {
    checkTextLimit(text);
    return state.change(() -> {
      RegistrySnapshot now = state.snapshot(namespace);
      CompositionTexts.Checked checked = CompositionTexts.check(text, now);
      requirement.accept(now, checked.compositions());
      List<CompositionChange> changes = new ArrayList<>();
      List<CompositionEntry> changed = new ArrayList<>();
      List<CompositionRow> rows = new ArrayList<>();
      List<String> names = checked.compositions().stream().map(Composition::name).toList();
      for (Composition composition : checked.compositions()) {
        Change change = changeOf(now, composition, onConflict, names);
        changes.add(new CompositionChange(composition, change));
        if (change != Change.UNCHANGED) {
          changed.add(RegistryRestorer.entryOf(composition));
          rows.add(new CompositionRow(namespace, composition.name(), composition.text()));
        }
      }
      if (!changed.isEmpty()) {
        RegistrySnapshot next = now.with(changed);
        Conflicts.requireNoCycle(next, names);
        state.requireRoom(namespace, next.size() - now.size());
        if (!dryRun) {
          state.folder().database().putAll(rows);
          state.replace(namespace, next);
        }
      }
      return new CompositionsRegistered(changes, checked.warnings());
    });
  }

  private static Change changeOf(
      RegistrySnapshot now, Composition composition, OnConflict onConflict, List<String> inText) {
    return switch (now.find(composition.name())) {
      case null -> Change.CREATED;
      case FunctionEntry other -> throw Conflicts.otherKind("composition", other);
      case CommunicationEntry other -> throw Conflicts.otherKind("composition", other);
      case CompositionEntry old -> {
        if (old.registered().composition().text().equals(composition.text())) {
          yield Change.UNCHANGED;
        }
        if (onConflict == OnConflict.REFUSE) {
          throw Conflicts.otherContent("composition", composition.name());
        }
        Conflicts.requireUsersFit(now, old, composition.signature(), inText);
        yield Change.REPLACED;
      }
    };
  }

  private void checkTextLimit(String text) {
    long bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > state.limits().get(Limit.COMPOSITION_TEXT)) {
      throw new ProblemException(
          state
              .limits()
              .exceeded(
                  ProblemCode.PAYLOAD_TOO_LARGE,
                  Limit.COMPOSITION_TEXT,
                  "composition text",
                  bytes));
    }
  }

  Composition checkOneShot(Namespace namespace, String text) {
    checkTextLimit(text);
    List<Composition> compositions =
        CompositionTexts.check(text, state.snapshot(namespace)).compositions();
    if (compositions.size() != 1) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.COMPOSITION_INVALID,
                  "the text holds %d compositions instead of one",
                  compositions.size())
              .withHint("send one composition; register those that it uses before"));
    }
    return compositions.getFirst();
  }

  void delete(Namespace namespace, String name, Precondition precondition) {
    state.change(() -> {
      RegistrySnapshot snapshot = state.snapshot(namespace);
      if (!(snapshot.find(name) instanceof CompositionEntry)) {
        throw new ProblemException(
            Problem.of(
                    ProblemCode.UNKNOWN_INVOCABLE,
                    "no composition '%s' is registered%s",
                    Names.printable(name),
                    Suggestion.didYouMean(name, snapshot.names()))
                .withHint("'pappus ls' lists what is registered")
                .withFunction(Names.printable(name)));
      }
      precondition.require(name, versionOf(snapshot, name));
      Conflicts.requireUnused(snapshot, name);
      state.folder().database().deleteComposition(namespace, name);
      state.replace(namespace, snapshot.without(name));
      return name;
    });
  }
}
