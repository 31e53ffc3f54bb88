package dev.pappus.language;

import static dev.pappus.language.Cases.keys;
import static dev.pappus.language.Sharding.ANY_EACH;
import static dev.pappus.language.Sharding.ANY_KEYED;
import static dev.pappus.language.Sharding.EACH;
import static dev.pappus.language.Sharding.KEYED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What the reference's own join and sharding tests pin down (dandelion.md 1.8), row by row. Items
 * have one byte where the row names no size.
 */
class ReferenceShardingTableTest {
  @Test
  @DisplayName("1: A[3,0,1] inner B[1,0,1,2], both keyed: (A{0};B{0}) (A{1};B{1,1})")
  void row1() {
    assertThat(new Cases().set("A", KEYED, 3, 0, 1).set("B", KEYED, 1, 0, 1, 2).by("A inner B"))
        .extracting(Cases::result)
        .isEqualTo("(A{0};B{0}) (A{1};B{1,1})");
  }

  @Test
  @DisplayName("2: A[0,1,2] left B[3,1,0,1]: (0;0) (1;1,1) (2;–)")
  void row2() {
    assertThat(new Cases().set("A", KEYED, 0, 1, 2).set("B", KEYED, 3, 1, 0, 1).by("A left B"))
        .extracting(Cases::result)
        .isEqualTo("(A{0};B{0}) (A{1};B{1,1}) (A{2})");
  }

  @Test
  @DisplayName("3: A[3,1,0,1] right B[0,1,2]: (0;0) (1,1;1) (–;2)")
  void row3() {
    assertThat(new Cases().set("A", KEYED, 3, 1, 0, 1).set("B", KEYED, 0, 1, 2).by("A right B"))
        .extracting(Cases::result)
        .isEqualTo("(A{0};B{0}) (A{1,1};B{1}) (B{2})");
  }

  @Test
  @DisplayName("4: A[0,1,2] full B[3,1,0,1]: (0;0) (1;1,1) (2;–) (–;3)")
  void row4() {
    assertThat(new Cases().set("A", KEYED, 0, 1, 2).set("B", KEYED, 3, 1, 0, 1).by("A full B"))
        .extracting(Cases::result)
        .isEqualTo("(A{0};B{0}) (A{1};B{1,1}) (A{2}) (B{3})");
  }

  @Test
  @DisplayName("5: A[0,1,2] cross B[3,1,0,1]: nine, left key slowest, right order 0, {1,1}, 3")
  void row5() {
    assertThat(new Cases().set("A", KEYED, 0, 1, 2).set("B", KEYED, 3, 1, 0, 1).by("A cross B"))
        .extracting(Cases::result)
        .isEqualTo(
            "(A{0};B{0}) (A{0};B{1,1}) (A{0};B{3}) (A{1};B{0}) (A{1};B{1,1}) (A{1};B{3})"
                + " (A{2};B{0}) (A{2};B{1,1}) (A{2};B{3})");
  }

  @Test
  @DisplayName(
      "6: A[3,1,0,1], B[0,1,2], order B left A: (A{0};B{0}) (A{1,1};B{1}) (–;B{2}); output stays in"
          + " parameter positions")
  void row6() {
    assertThat(new Cases().set("A", KEYED, 3, 1, 0, 1).set("B", KEYED, 0, 1, 2).by("B left A"))
        .extracting(Cases::result)
        .isEqualTo("(A{0};B{0}) (A{1,1};B{1}) (B{2})");
  }

  @Test
  @DisplayName(
      "7: four keyed sets, all full: nine instances for keys 1,2,3,4,123,124,134,234,1234, each with"
          + " exactly the sets holding the key")
  void row7() {
    Cases four =
        new Cases()
            .set("A", KEYED, 1, 1234, 123, 124, 134)
            .set("B", KEYED, 2, 234, 1234, 123, 124)
            .set("C", KEYED, 3, 134, 234, 1234, 123)
            .set("D", KEYED, 4, 124, 134, 234, 1234)
            .by("A full B full C full D");
    assertThat(four.result())
        .isEqualTo(
            "(A{1}) (B{2}) (C{3}) (D{4}) (A{123};B{123};C{123}) (A{124};B{124};D{124})"
                + " (A{134};C{134};D{134}) (B{234};C{234};D{234})"
                + " (A{1234};B{1234};C{1234};D{1234})");
  }

  @Test
  @DisplayName("8: anyEach [0,1,2,3], fixed 2: {0,1} {2,3}")
  void row8() {
    assertThat(new Cases().set("A", ANY_EACH, 0, 1, 2, 3).mode("fixed:2").result())
        .isEqualTo("(A{0,1}) (A{2,3})");
  }

  private static Cases row9Sets(Cases cases) {
    return cases
        .set("A", ANY_KEYED, 0, 1, 2, 3, 5)
        .set("B", ANY_KEYED, 0, 2, 3, 4, 5)
        .by("A inner B")
        .mode("fixed:2");
  }

  @Test
  @DisplayName(
      "9: anyKeyed [0,1,2,3,5] inner anyKeyed [0,2,3,4,5], fixed 2: ({0,2};{0,2}) ({3,5};{3,5})")
  void row9() {
    assertThat(row9Sets(new Cases()).result()).isEqualTo("(A{0,2};B{0,2}) (A{3,5};B{3,5})");
  }

  @Test
  @DisplayName("10: anyEach of 3 crossed with #9, fixed 2: two, the anyEach set whole in both")
  void row10() {
    assertThat(row9Sets(new Cases().set("X", ANY_EACH, 0, 1, 2)).result())
        .isEqualTo("(X{0,1,2};A{0,2};B{0,2}) (X{0,1,2};A{3,5};B{3,5})");
  }

  private static Cases row11(String mode) {
    return new Cases()
        .set("A", ANY_EACH, 0, 1)
        .set("B", ANY_EACH, 0, 1, 2, 3, 4, 5)
        .set("C", ANY_EACH, 0, 1, 2, 3)
        .mode(mode);
  }

  @Test
  @DisplayName("11: anyEach of 2, 6, 4 items, crossed: fixed 6: six (set 2 split to singles)")
  void row11Six() {
    assertThat(row11("fixed:6").result())
        .isEqualTo(
            "(A{0,1};B{0};C{0,1,2,3}) (A{0,1};B{1};C{0,1,2,3}) (A{0,1};B{2};C{0,1,2,3})"
                + " (A{0,1};B{3};C{0,1,2,3}) (A{0,1};B{4};C{0,1,2,3}) (A{0,1};B{5};C{0,1,2,3})");
  }

  @Test
  @DisplayName("11: anyEach of 2, 6, 4 items, crossed: fixed 3: three (set 2 in pairs)")
  void row11Three() {
    assertThat(row11("fixed:3").result())
        .isEqualTo(
            "(A{0,1};B{0,1};C{0,1,2,3}) (A{0,1};B{2,3};C{0,1,2,3}) (A{0,1};B{4,5};C{0,1,2,3})");
  }

  @Test
  @DisplayName("11: anyEach of 2, 6, 4 items, crossed: fixed 4: four (set 3 split to singles)")
  void row11Four() {
    assertThat(row11("fixed:4").result())
        .isEqualTo(
            "(A{0,1};B{0,1,2,3,4,5};C{0}) (A{0,1};B{0,1,2,3,4,5};C{1})"
                + " (A{0,1};B{0,1,2,3,4,5};C{2}) (A{0,1};B{0,1,2,3,4,5};C{3})");
  }

  private static String row12(String mode) {
    return new Cases().set("A", ANY_EACH, 0, 1, 2).set("B", ANY_EACH, 0, 1).mode(mode).result();
  }

  @Test
  @DisplayName(
      "12: anyEach of 3 and 2: fixed 2: second split; fixed 3: first split; fixed 6: both split"
          + " (3×2)")
  void row12() {
    assertThat(row12("fixed:2")).isEqualTo("(A{0,1,2};B{0}) (A{0,1,2};B{1})");
    assertThat(row12("fixed:3")).isEqualTo("(A{0};B{0,1}) (A{1};B{0,1}) (A{2};B{0,1})");
    assertThat(row12("fixed:6"))
        .isEqualTo("(A{0};B{0}) (A{0};B{1}) (A{1};B{0}) (A{1};B{1}) (A{2};B{0}) (A{2};B{1})");
  }

  private static String row13(String mode) {
    return new Cases()
        .set("A", EACH, 0, 1)
        .set("B", ANY_EACH, 0, 1, 2)
        .set("C", ANY_KEYED, 0, 1, 1)
        .mode(mode)
        .result();
  }

  @Test
  @DisplayName(
      "13: each of 2, anyEach of 3, anyKeyed [0,1,1]: fixed 2: two, no any-split; fixed 4: four,"
          + " anyKeyed split in 2; fixed 6: six, anyEach split in 3")
  void row13() {
    assertThat(row13("fixed:2")).isEqualTo("(A{0};B{0,1,2};C{0,1,1}) (A{1};B{0,1,2};C{0,1,1})");
    assertThat(row13("fixed:4"))
        .isEqualTo(
            "(A{0};B{0,1,2};C{0}) (A{0};B{0,1,2};C{1,1}) (A{1};B{0,1,2};C{0})"
                + " (A{1};B{0,1,2};C{1,1})");
    assertThat(row13("fixed:6"))
        .isEqualTo(
            "(A{0};B{0};C{0,1,1}) (A{0};B{1};C{0,1,1}) (A{0};B{2};C{0,1,1})"
                + " (A{1};B{0};C{0,1,1}) (A{1};B{1};C{0,1,1}) (A{1};B{2};C{0,1,1})");
  }

  private static int row14(String kind) {
    return new Cases()
        .set("E", EACH, 0, 1)
        .set("A", ANY_KEYED, 0, 2, 0, 1, 3)
        .set("B", ANY_KEYED, 0, 1, 1, 4)
        .by("A " + kind + " B")
        .mode("fixed:10")
        .instances()
        .size();
  }

  @Test
  @DisplayName(
      "14: each of 2 crossed with anyKeyed [0,2,0,1,3] ⋈ anyKeyed [0,1,1,4], fixed 10: inner 4, left"
          + " 8, right 6, full 10")
  void row14() {
    assertThat(row14("inner")).isEqualTo(4);
    assertThat(row14("left")).isEqualTo(8);
    assertThat(row14("right")).isEqualTo(6);
    assertThat(row14("full")).isEqualTo(10);
  }

  @Test
  @DisplayName(
      "15: anyKeyed [0,2,0,1,3]: fixed 2: two, first has 3 items (keys 0,0,1); fixed 4: four, first"
          + " has both key-0 items")
  void row15() {
    Cases five = new Cases().set("A", ANY_KEYED, 0, 2, 0, 1, 3);
    assertThat(five.mode("fixed:2").result()).isEqualTo("(A{0,0,1}) (A{2,3})");
    assertThat(five.mode("fixed:4").result()).isEqualTo("(A{0,0}) (A{1}) (A{2}) (A{3})");
    assertThat(five.itemResult()).isEqualTo("(A{0,2}) (A{3}) (A{1}) (A{4})");
  }

  @Test
  @DisplayName(
      "16: anyKeyed P0[0,1,4], P1[0,2,0,3], P2[0,1,1], anyEach P3[5,5]; order P1 inner P2 right P0"
          + " cross P3: fixed 2: two, split on P3, keyed part whole (P0 keys 0,1,4; P1 keys 0,0; P2"
          + " key 0); fixed 3: three, split by key 0/1/4, P3 whole")
  void row16() {
    // The language joins keyed sets only; P3 comes last in the order without being named.
    Cases four =
        new Cases()
            .set("P0", ANY_KEYED, 0, 1, 4)
            .set("P1", ANY_KEYED, 0, 2, 0, 3)
            .set("P2", ANY_KEYED, 0, 1, 1)
            .set("P3", ANY_EACH, 5, 5)
            .by("P1 inner P2 right P0");
    assertThat(four.mode("fixed:2").result())
        .isEqualTo("(P0{0,1,4};P1{0,0};P2{0};P3{5}) (P0{0,1,4};P1{0,0};P2{0};P3{5})");
    assertThat(four.mode("fixed:3").result())
        .isEqualTo("(P0{0};P1{0,0};P2{0};P3{5,5}) (P0{1};P3{5,5}) (P0{4};P3{5,5})");
  }

  @Test
  @DisplayName(
      "17: each of 1, anyEach of 1, third set absent, fixed = largest integer: one instance, third"
          + " slot absent")
  void row17() {
    List<List<DataSet>> instances =
        new Cases()
            .set("A", EACH, 7)
            .set("B", ANY_EACH, 8)
            .absent("C")
            .mode("fixed:" + Long.MAX_VALUE)
            .instances();
    assertThat(instances).hasSize(1);
    assertThat(instances.getFirst()).hasSize(3);
    assertThat(instances.getFirst().get(2).isEmpty()).isTrue();
  }

  @Test
  @DisplayName(
      "18: anyEach 4 items × 2 bytes, 2 local + 2 remote cores: auto:10: 2 pieces; auto:1: 4 pieces;"
          + " auto:1 with minimum 4 bytes: 2 pieces")
  void row18() {
    Cases four = new Cases().sized("A", ANY_EACH, keys(0, 0, 0, 0), keys(2, 2, 2, 2)).cores(2, 2);
    assertThat(four.mode("auto:10").itemResult()).isEqualTo("(A{0,1}) (A{2,3})");
    assertThat(four.mode("auto:1").itemResult()).isEqualTo("(A{0}) (A{1}) (A{2}) (A{3})");
    assertThat(four.min(4).itemResult()).isEqualTo("(A{0,1}) (A{2,3})");
  }

  @Test
  @DisplayName(
      "19: anyEach sizes 4,1,1,1; auto:1; minimum 3; 2+2 cores: {items 1,2,3} then {item 0}")
  void row19() {
    Cases four =
        new Cases()
            .sized("A", ANY_EACH, keys(0, 0, 0, 0), keys(4, 1, 1, 1))
            .min(3)
            .mode("auto:1")
            .cores(2, 2);
    assertThat(four.itemResult()).isEqualTo("(A{1,2,3}) (A{0})");
  }

  private static Cases row20(long... anyEachSizes) {
    return new Cases()
        .sized("X", ANY_EACH, keys(0, 0, 0, 0), anyEachSizes)
        .min(4)
        .sized("A", ANY_KEYED, keys(0, 1, 2, 3), keys(100, 4, 4, 1))
        .min(4)
        .set("B", ANY_KEYED, 1, 2, 4, 5)
        .min(4)
        .by("A inner B")
        .mode("auto:1")
        .cores(6, 2);
  }

  @Test
  @DisplayName(
      "20: anyEach sizes 4,1,3,5 × (anyKeyed sizes 100,4,4,1 keys 0..3 inner anyKeyed keys 1,2,4,5);"
          + " auto:1; minimum 4 each; 6+2 cores: six: keys {1},{2} × item runs {1,2},{0},{3}")
  void row20() {
    assertThat(row20(4, 1, 3, 5).itemResult())
        .isEqualTo(
            "(X{1,2};A{1};B{0}) (X{0};A{1};B{0}) (X{3};A{1};B{0})"
                + " (X{1,2};A{2};B{1}) (X{0};A{2};B{1}) (X{3};A{2};B{1})");
  }

  @Test
  @DisplayName(
      "21: as 20 with anyEach sizes all 0: eight: keys {1},{2} × four single items (max sharding)")
  void row21() {
    assertThat(row20(0, 0, 0, 0).itemResult())
        .isEqualTo(
            "(X{0};A{1};B{0}) (X{1};A{1};B{0}) (X{2};A{1};B{0}) (X{3};A{1};B{0})"
                + " (X{0};A{2};B{1}) (X{1};A{2};B{1}) (X{2};A{2};B{1}) (X{3};A{2};B{1})");
  }

  @Test
  @DisplayName("22: as 20 with sizes 1,0,0,0: two: keys {1},{2}, anyEach whole")
  void row22() {
    assertThat(row20(1, 0, 0, 0).itemResult())
        .isEqualTo("(X{0,1,2,3};A{1};B{0}) (X{0,1,2,3};A{2};B{1})");
  }
}
