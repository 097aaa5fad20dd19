package dev.voxgrad.medmnist.nifti;

import java.math.BigDecimal;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ExtendedTest {
    private static Extended of(double value) {
        return Extended.of(value);
    }

    /** 64 significant bits: next to 1, numbers are 2⁻⁶³ apart, and half of that is a tie, which goes to the even one. */
    @Test
    void sumsAreRoundedTo64Bits() {
        Extended one = of(1);
        assertThat(one.plus(of(0x1p-63)).minus(one)).isEqualTo(of(0x1p-63));
        assertThat(one.plus(of(0x1p-64)).minus(one)).isEqualTo(of(0));
        assertThat(one.plus(of(0x1.8p-63)).minus(one)).isEqualTo(of(0x1p-62));
        assertThat(one.plus(of(0x1.000002p-64)).minus(one)).isEqualTo(of(0x1p-63));
    }

    @Test
    void productsQuotientsAndRootsAreTheNearest() {
        Extended third = of(1).dividedBy(of(3));
        assertThat(third.times(of(3)).minus(of(1)).value().abs()).isLessThanOrEqualTo(new BigDecimal(0x1p-64));
        assertThat(third.toDouble()).isEqualTo(1.0 / 3);
        assertThat(of(2).root().toDouble()).isEqualTo(Math.sqrt(2));
        assertThat(of(2).root().times(of(2).root()).minus(of(2)).value().abs())
                .isLessThanOrEqualTo(new BigDecimal(0x1p-61));
        assertThat(of(0x1p-1000).times(of(0x1p-1000)).root().toDouble()).isEqualTo(0x1p-1000);
        assertThat(of(-0x1p600).times(of(0x1p600)).dividedBy(of(0x1p300)).toDouble())
                .isEqualTo(-0x1p900);
    }
}
