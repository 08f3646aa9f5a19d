package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Einstein's notation against its definition: every letter runs through every index. */
class EinsumTest {
  @Test
  void oneOperandIsArrangedSummedOrReadOnItsDiagonal() {
    check("ij->ji");
    check("ij->ij");
    check("ij->i");
    check("ij->j");
    check("ij->");
    check("ijk->kij");
    check("ijk->ki");
    check("ii->");
    check("ii->i");
    check("iji->ij");
    check("iji->j");
    check("iijj->ji");
    check("iii->i");
    check("iiii->");
    check("hh->h");
    check("zz->z");
    check("zi->i");
    check("->");
  }

  @Test
  void twoOperandsAreMultipliedAndSummed() {
    check("ij,jk->ik");
    check("ji,jk->ik");
    check("ij,kj->ik");
    check("ji,kj->ki");
    check("bij,bjk->bik");
    check("bij,jk->bik");
    check("ibj,bjk->kib");
    check("bhik,bhjk->bhij");
    check("ijk,kjl->il");
    check("i,j->ij");
    check("i,j->ji");
    check("i,i->");
    check("i,i->i");
    check("bi,bi->b");
    check("ij,j->i");
    check("j,ij->i");
    check("ij,ij->");
    check("ij,ij->ij");
    check("ij,ji->ij");
    check(",i->i");
    check("i,->i");
    check(",->");
    check("ij,k->k");
    check("ii,ij->j");
    check("ij,jj->ij");
    check("ijk,jl->il");
    check("iz,zk->ik");
    check("zi,ij->zj");
    check("AB,Bi->Ai");
  }

  @Test
  void moreOperandsAreTakenFromLeftToRight() {
    check("bi,Aij,bj->bA");
    check("ij,jk,kl->il");
    check("i,j,k->kij");
    check("ij,j,jk->ik");
    check("i,ij,j->");
    check("ii,jj,kk->ijk");
  }

  @Test
  void withoutAnArrowLettersThatStandOnceAreLeftInAlphabeticalOrder() {
    check("ji->ij", "ji");
    check("ii->", "ii");
    check("kj,ij->ik", "kj,ij");
    check("bA,b->A", "bA,b");
    check("iA->Ai", "iA");
  }

  @Test
  void spacesMeanNothing() {
    check("ij,jk->ik", " i j, jk -> ik ");
  }

  @Test
  void anEllipsisStandsForAnyAxes() {
    var a = Op.Sample.uniform(-1, 1, 2, 3, 4, 5);
    var b = Op.Sample.uniform(-1, 1, 3, 5, 2);
    assertThat(Tensor.einsum("...ij,...jk->...ik", a, b).toDoubles())
        .containsExactly(a.matmul(b).toDoubles(), within(1e-12));
    assertThat(Tensor.einsum("...ij,...jk", a, b).shape()).isEqualTo(Shape.of(2, 3, 4, 2));
    assertThat(Tensor.einsum("i...->...i", b).toDoubles())
        .isEqualTo(b.permute(1, 2, 0).toDoubles());
    assertThat(Tensor.einsum("i...j->...", b).toDoubles())
        .containsExactly(b.sum(0, 2).toDoubles(), within(1e-12));
    assertThat(Tensor.einsum("...->", b).item()).isCloseTo(b.sum().item(), within(1e-12));
    assertThat(Tensor.einsum("...ij->ij...", b.select(0, 0)).toDoubles())
        .isEqualTo(b.select(0, 0).toDoubles());
  }

  @Test
  void firstAndSecondDerivativesEqualDifferences() {
    var x = Op.Sample.uniform(-1, 1, 2, 3, 3);
    ReductionTest.proves(x, y -> Tensor.einsum("bij,bkj->bik", y, y));
    ReductionTest.proves(x, y -> Tensor.einsum("bij,aji->ab", y, y));
    ReductionTest.proves(x, y -> Tensor.einsum("bii->ib", y).squared());
    ReductionTest.proves(x, y -> Tensor.einsum("bij,bij->bi", y, y));
    ReductionTest.proves(x, y -> Tensor.einsum("ijk,ilk,imk->jlm", y, y, y));
  }

  @Test
  void equationsThatDoNotFitTheirOperandsAreExplained() {
    var a = Op.Sample.uniform(-1, 1, 2, 3).to(ElementType.FLOAT);
    var b = Op.Sample.uniform(-1, 1, 4, 5).to(ElementType.FLOAT);
    refuses(
        () -> Tensor.einsum("ij,jk->ik", a, b),
        "einsum(\"ij,jk->ik\", [2, 3], [4, 5]): j is 3 in operand 0 (ij) and 4 in operand 1 (jk)");
    refuses(
        () -> Tensor.einsum("ii->", a),
        "einsum(\"ii->\", [2, 3]): i is 2 in operand 0 (ii) and 3 in operand 0 (ii)");
    refuses(
        () -> Tensor.einsum("...i,...k->ik", a, b),
        "einsum(\"...i,...k->ik\", [2, 3], [4, 5]): axis -1 of \"...\" is 2 in operand 0 (...i) and"
            + " 4 in operand 1 (...k)");
    refuses(
        () -> Tensor.einsum("ij->ik", a),
        "einsum(\"ij->ik\", [2, 3]): the result names k, which no operand has");
    refuses(
        () -> Tensor.einsum("ij->ii", a), "einsum(\"ij->ii\", [2, 3]): the result names i twice");
    refuses(
        () -> Tensor.einsum("ij,jk->ik", a),
        "einsum(\"ij,jk->ik\", [2, 3]): needs as many operands as terms between commas, 2, got 1");
    refuses(
        () -> Tensor.einsum("ij"),
        "einsum(\"ij\"): needs as many operands as terms between commas, 1, got 0");
    refuses(
        () -> Tensor.einsum("ijk->i", a),
        "einsum(\"ijk->i\", [2, 3]): operand 0 (ijk) must have a letter for each of the 2 axes of [2, 3], got 3");
    refuses(
        () -> Tensor.einsum("i->i", a),
        "einsum(\"i->i\", [2, 3]): operand 0 (i) must have a letter for each of the 2 axes of [2, 3], got 1");
    refuses(
        () -> Tensor.einsum("ijk...->i", a),
        "einsum(\"ijk...->i\", [2, 3]): operand 0 (ijk...) must have a letter for each of the 2 axes of [2, 3], got 3");
    for (var equation : new String[] {"i1->i", "ij->i->j", "ij->i,j", "..i", "......", "i.j"}) {
      refuses(
          () -> Tensor.einsum(equation, a),
          "einsum(\""
              + equation
              + "\", [2, 3]): an equation names the axes of each operand by letters, and after ->"
              + " those of the result, as \"ij,jk->ik\"; \"...\" stands once for any axes");
    }
    refuses(
        () -> Tensor.einsum("ij,ij", a, a.to(ElementType.DOUBLE)),
        "einsum(\"ij,ij\", [2, 3], DOUBLE [2, 3]): operands must be FLOAT or DOUBLE, all of one"
            + " type; to(...) converts");
  }

  private static void check(String equation) {
    check(equation, equation);
  }

  /** Computes an equation as it is written, and compares with what it means. */
  private static void check(String meaning, String written) {
    String plain = meaning.replace(" ", "");
    String[] terms = plain.substring(0, plain.indexOf("->")).split(",", -1);
    String result = plain.substring(plain.indexOf("->") + 2);
    var operands = new Tensor[terms.length];
    for (int i = 0; i < terms.length; i++) {
      operands[i] = Op.Sample.uniform(-1 - i, 1, sizes(terms[i]));
    }
    double[] expected = definition(terms, result, operands);
    var exact = Tensor.einsum(written, operands);
    assertThat(exact.shape()).as(meaning).isEqualTo(Shape.of(sizes(result)));
    assertThat(exact.toDoubles()).as(meaning).containsExactly(expected, within(1e-12));
    for (int i = 0; i < terms.length; i++) {
      operands[i] = operands[i].to(ElementType.FLOAT);
    }
    assertThat(Tensor.einsum(written, operands).to(ElementType.DOUBLE).toDoubles())
        .as(meaning)
        .containsExactly(expected, within(1e-4));
  }

  private static double[] definition(String[] terms, String result, Tensor... operands) {
    int[] letters = String.join("", terms).chars().distinct().toArray();
    double[] sums = new double[(int) Shape.of(sizes(result)).count()];
    int total = IntStream.of(letters).map(EinsumTest::size).reduce(1, (a, b) -> a * b);
    for (int run = 0; run < total; run++) {
      int[] index = new int[128];
      int rest = run;
      for (int letter : letters) {
        index[letter] = rest % size(letter);
        rest /= size(letter);
      }
      double product = 1;
      for (int i = 0; i < terms.length; i++) {
        product *= operands[i].number(place(terms[i], index));
      }
      sums[place(result, index)] += product;
    }
    return sums;
  }

  private static int place(String term, int... index) {
    return term.chars().reduce(0, (place, letter) -> place * size(letter) + index[letter]);
  }

  /** Each letter has a size of its own, so that no axis is taken for another. */
  private static int size(int letter) {
    return "zhbij".indexOf(letter) >= 0 ? "zhbij".indexOf(letter) : letter % 7 + 5;
  }

  private static int[] sizes(String term) {
    return term.chars().map(EinsumTest::size).toArray();
  }

  private static void refuses(ThrowingCallable call, String text) {
    assertThatThrownBy(call).isInstanceOf(ShapeException.class).hasMessage(text);
  }
}
