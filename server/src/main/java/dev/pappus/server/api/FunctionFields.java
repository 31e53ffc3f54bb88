package dev.pappus.server.api;

import dev.pappus.dispatcher.Registered;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Limit;
import dev.pappus.model.Names;
import dev.pappus.model.Suggestion;
import dev.pappus.server.api.ListField.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a list shows of each function: a list of thousands is long, and most readers look at a few
 * columns of it.
 *
 * @param asked as the query names them; null is all
 */
record FunctionFields(@Nullable List<ListField<Registered>> asked) {
  /** What every name has, of whatever it is. */
  static final List<ListField<Registered>> SETS =
      List.of(
          new ListField<>("name", each -> new Value.Text(each.name())),
          new ListField<>("inputs", each -> new Value.Names(each.signature().inputs())),
          new ListField<>("outputs", each -> new Value.Names(each.signature().outputs())));

  /** All that there are. */
  static final List<ListField<Registered>> KNOWN = known();

  /** The query parameter. */
  static final String PARAMETER = "fields";

  private static List<ListField<Registered>> known() {
    List<ListField<Registered>> all = new ArrayList<>(SETS);
    all.add(new ListField<>("kind", each -> new Value.Text(kind(each))));
    all.add(text("version", function -> function.version().toString()));
    all.add(count("memoryBytes", function -> function.spec().contextBytes()));
    all.add(text("timeout", function -> timeout(function.spec())));
    all.add(text("binary", function -> function.binary().toString()));
    all.add(count("binaryBytes", Registered.Function::binaryBytes));
    all.add(text("sandbox", Registered.Function::sandbox));
    all.add(text("deployed", function -> function.deployed().toString()));
    return List.copyOf(all);
  }

  private static ListField<Registered> text(
      String name, Function<Registered.Function, @Nullable String> value) {
    return new ListField<>(
        name,
        each -> {
          String text = each instanceof Registered.Function function ? value.apply(function) : null;
          return text == null ? null : new Value.Text(text);
        });
  }

  private static ListField<Registered> count(
      String name, Function<Registered.Function, Long> value) {
    return new ListField<>(
        name,
        each ->
            each instanceof Registered.Function function
                ? new Value.Count(value.apply(function))
                : null);
  }

  private static String kind(Registered registered) {
    return switch (registered) {
      case Registered.Function function -> function.program() ? "program" : "compute";
      case Registered.Communication _ -> "communication";
      case Registered.OfComposition _ -> "composition";
    };
  }

  private static @Nullable String timeout(FunctionSpec spec) {
    return spec.timeoutNanos() == FunctionSpec.NO_TIMEOUT
        ? null
        : Limit.FUNCTION_RUN.format(spec.timeoutNanos());
  }

  /**
   * Those that the query names, with commas between.
   *
   * @throws dev.pappus.model.ProblemException with BAD_REQUEST
   */
  static FunctionFields of(Map<String, List<String>> query) {
    String text = QueryParameters.last(query, PARAMETER);
    if (text == null) {
      return new FunctionFields(null);
    }
    List<String> names = KNOWN.stream().map(ListField::name).toList();
    List<ListField<Registered>> asked = new ArrayList<>();
    for (String each : text.split(",", -1)) {
      int index = names.indexOf(each);
      if (index < 0) {
        throw QueryParameters.bad(
            "functions have no field '%s'%s"
                .formatted(Names.printable(each), Suggestion.didYouMean(each, names)),
            "the fields are " + String.join(", ", names));
      }
      if (!asked.contains(KNOWN.get(index))) {
        asked.add(KNOWN.get(index));
      }
    }
    return new FunctionFields(asked);
  }

  /** What is shown, in its order. */
  List<ListField<Registered>> shown() {
    return asked == null ? KNOWN : asked;
  }

  /** The query parameter with these, to be put behind others; empty if it was absent. */
  String parameter() {
    return asked == null
        ? ""
        : "&" + PARAMETER + "=" + String.join(",", asked.stream().map(ListField::name).toList());
  }
}
