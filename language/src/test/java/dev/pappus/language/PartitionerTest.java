package dev.pappus.language;

import static dev.pappus.language.Cases.keys;
import static dev.pappus.language.Sharding.ALL;
import static dev.pappus.language.Sharding.ANY_EACH;
import static dev.pappus.language.Sharding.ANY_KEYED;
import static dev.pappus.language.Sharding.EACH;
import static dev.pappus.language.Sharding.KEYED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The rules beyond the reference's tables: empties, order, bounds, settings. */
class PartitionerTest {
  private static final long[] NONE = {};

  @Test
  void wholeSetsAreHandedOnAsTheyAre() {
    Cases whole = new Cases().set("A", ALL, 3, 1, 2).absent("B").set("C", KEYED, NONE);
    List<List<DataSet>> instances = whole.instances();
    assertThat(instances).hasSize(1);
    for (int i = 0; i < 3; i++) {
      assertThat(instances.getFirst().get(i)).isSameAs(whole.sets().get(i));
    }
    Cases mixed = new Cases().set("A", ALL, 3, 1, 2).set("B", EACH, 5, 4);
    assertThat(mixed.result()).isEqualTo("(A{3,1,2};B{5}) (A{3,1,2};B{4})");
    assertThat(mixed.instances().get(1).getFirst()).isSameAs(mixed.sets().getFirst());
  }

  @Test
  void withoutAnySetThereIsOneInstance() {
    assertThat(new Cases().instances()).isEqualTo(List.of(List.of()));
    assertThat(new Cases().absent("A").result()).isEqualTo("()");
    assertThat(new Cases().set("A", EACH, NONE).set("B", ANY_KEYED, NONE).result()).isEqualTo("()");
  }

  @Test
  void keyedSetsAreSortedStablyByUnsignedKey() {
    Cases keyed = new Cases().set("A", KEYED, Key.MAX, 0, 7, 0, Key.MAX, 7);
    assertThat(keyed.result()).isEqualTo("(A{0,0}) (A{7,7}) (A{4294967295,4294967295})");
    assertThat(keyed.itemResult()).isEqualTo("(A{1,3}) (A{2,5}) (A{0,4})");
  }

  @Test
  void axesVaryFasterTheLaterTheyStand() {
    // Joined keyed, other keyed, joined anyKeyed, then the rest by position.
    Cases all =
        new Cases()
            .set("E", EACH, 0, 1)
            .set("Q", ANY_KEYED, 0, 1)
            .set("K", KEYED, 0, 1)
            .set("J", KEYED, 0, 1)
            .by("Q cross J");
    List<String> shown = List.of(all.result().split(" ", -1));
    assertThat(shown).hasSize(16).startsWith("(E{0};Q{0};K{0};J{0})", "(E{1};Q{0};K{0};J{0})");
    assertThat(shown.get(2)).isEqualTo("(E{0};Q{1};K{0};J{0})");
    assertThat(shown.get(4)).isEqualTo("(E{0};Q{0};K{1};J{0})");
    assertThat(shown.get(8)).isEqualTo("(E{0};Q{0};K{0};J{1})");
  }

  @Test
  void crossBindsWeakest() {
    Cases three = new Cases().set("A", KEYED, 8, 9).set("B", KEYED, 0, 1).set("C", KEYED, 1, 2);
    assertThat(three.by("A cross B right C").result())
        .isEqualTo("(A{8};B{1};C{1}) (A{8};C{2}) (A{9};B{1};C{1}) (A{9};C{2})");
    assertThat(three.by("B inner C cross A").result())
        .isEqualTo("(A{8};B{1};C{1}) (A{9};B{1};C{1})");
  }

  @Test
  void aJoinWithoutKeysLeavesNoInstanceWhateverElseIsThere() {
    assertThat(
            new Cases()
                .set("A", KEYED, 1)
                .set("B", KEYED, 2)
                .set("C", ALL, 0)
                .by("A inner B")
                .instances())
        .isEmpty();
  }

  private static String join(String kind, long[] left, long[] right) {
    return new Cases().set("A", KEYED, left).set("B", KEYED, right).by("A " + kind + " B").result();
  }

  @Test
  void anEmptyOptionalSetInAJoinHasNoKeys() {
    assertThat(join("inner", keys(1, 2), NONE)).isEmpty();
    assertThat(join("inner", NONE, keys(1, 2))).isEmpty();
    assertThat(join("left", keys(1, 2), NONE)).isEqualTo("(A{1}) (A{2})");
    assertThat(join("left", NONE, keys(1, 2))).isEmpty();
    assertThat(join("right", keys(1, 2), NONE)).isEmpty();
    assertThat(join("right", NONE, keys(1, 2))).isEqualTo("(B{1}) (B{2})");
    assertThat(join("full", keys(1), NONE)).isEqualTo("(A{1})");
    assertThat(join("full", NONE, keys(1))).isEqualTo("(B{1})");
    assertThat(join("cross", keys(1, 2), NONE)).isEqualTo("(A{1}) (A{2})");
  }

  @Test
  void aJoinOfEmptyOptionalSetsIsLeftOut() {
    assertThat(join("inner", NONE, NONE)).isEqualTo("()");
    Cases beside =
        new Cases().set("A", KEYED, NONE).set("B", KEYED, NONE).set("C", EACH, 4, 5).by("A left B");
    assertThat(beside.result()).isEqualTo("(C{4}) (C{5})");
  }

  @Test
  void optionalDecidesWhetherAnEmptySetSkips() {
    SetUse needed = new SetUse(0, ALL, false);
    SetUse optional = new SetUse(0, ALL, true);
    DataSet empty = DataSet.empty("s");
    DataSet one = new DataSet("s", List.of(Item.ofText("i", "x")));
    assertThat(Applicability.of(needed, empty)).isEqualTo(Applicability.SKIP);
    assertThat(Applicability.of(needed, one)).isEqualTo(Applicability.RUN);
    assertThat(Applicability.of(optional, empty)).isEqualTo(Applicability.RUN);
    Cases run = new Cases().set("A", optional, empty).absent("B").set("C", needed, one);
    assertThat(Applicability.of(run.application(), run.sets())).isEqualTo(Applicability.RUN);
    Cases skip = new Cases().set("A", optional, one).set("B", needed, empty);
    assertThat(Applicability.of(skip.application(), skip.sets())).isEqualTo(Applicability.SKIP);
  }

  @Test
  void tooManyInstancesAreRefusedBeforeTheyAreMade() {
    long[] many = LongStream.range(0, 10_000).toArray();
    Cases huge = new Cases();
    for (String name : List.of("A", "B", "C", "D", "E")) {
      huge.set(name, EACH, many);
    }
    assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(huge::instances)
        .satisfies(e -> {
          assertThat(e.problem().code()).isEqualTo(ProblemCode.TOO_MANY_ITEMS);
          assertThat(e.problem().detail())
              .isEqualTo(
                  "instances of 'f' (statement 1): 9223372036854775807 is over the limit of"
                      + " 100000 (limits.invocation_instances)");
        });
    assertThat(new Cases().set("A", EACH, 1, 2, 3).atMost(3).instances()).hasSize(3);
    assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(new Cases().set("A", EACH, 1, 2, 3).atMost(2)::instances);
    assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(new Cases().set("A", ALL, 1).atMost(0)::instances);
  }

  @Test
  void setsMustMatchTheSignature() {
    Cases one = new Cases().set("A", ALL, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            Partitioner.instances(
                one.application(),
                List.of(),
                List.of(),
                new PartitionSettings(AnySharding.DEFAULT, 1, 0),
                10));
  }

  @Test
  void autoDoesNotOverflow() {
    Cases large = new Cases();
    for (String name : List.of("A", "B", "C", "D")) {
      large.sized(name, ANY_EACH, keys(0, 0), keys(1 << 20, 1 << 20)).min(Long.MAX_VALUE);
    }
    assertThat(large.mode("auto:" + Long.MAX_VALUE).cores(2, 2).instances()).hasSize(1);
  }

  @Test
  void modesAreReadInAnyCase() {
    assertThat(AnySharding.parse("MAX")).isEqualTo(new AnySharding.Max());
    assertThat(AnySharding.parse("Fixed:8")).isEqualTo(new AnySharding.Fixed(8));
    assertThat(AnySharding.parse(" auto:2 ")).isEqualTo(AnySharding.DEFAULT);
    for (AnySharding mode :
        List.of(new AnySharding.Max(), new AnySharding.Fixed(3), new AnySharding.Auto(0))) {
      assertThat(AnySharding.parse(mode.toString())).isEqualTo(mode);
    }
    for (String wrong : List.of("", "min", "auto", "fixed:", "fixed:x", "half:2")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> AnySharding.parse(wrong))
          .withMessage("'" + wrong + "' is no way to shard any-sets; write max, fixed:8 or auto:2");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnySharding.parse("fixed:0"))
        .withMessage("fixed needs a number from 1, not 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnySharding.parse("auto:-1"))
        .withMessage("auto needs a number from 0, not -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PartitionSettings(AnySharding.DEFAULT, 0, 0));
  }

  @Test
  void outputsOfInstancesAreMergedInOrderAndSortedByKey() {
    DataSet first = new DataSet("x", List.of(item("a", 2), item("b", 1)));
    DataSet second = new DataSet("x", List.of(item("c", 1), item("d", 0)));
    assertThat(OutputMerge.merge("y", List.of(first, second)).items())
        .extracting(Item::name)
        .containsExactly("d", "b", "c", "a");
    assertThat(OutputMerge.merge("y", List.of(first)).items())
        .extracting(Item::name)
        .containsExactly("b", "a");
    assertThat(OutputMerge.merge("y", List.of())).isEqualTo(DataSet.empty("y"));
  }

  private static Item item(String name, long key) {
    return Item.of(name, Key.of(key), new byte[0]);
  }
}
