using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Iced.Intel;
using Weft.Evm.Precompiles.Native;
using static Iced.Intel.AssemblerRegisters;

namespace Weft.Evm.Precompiles.Bn254;

/// <summary>
/// The Montgomery product of <see cref="Fp"/> in machine code: RyuJIT has no add with carry, and with MULX and the two
/// carry chains of ADCX and ADOX a product takes a fraction of the time. Assembled when bn254 is first used; where the
/// processor or the system does not allow it, <see cref="Multiply"/> is null and the portable product serves.
/// </summary>
internal static unsafe class MontgomeryX64
{
    private const int Limbs = 4;

    /// <summary>Result, a, b; a and b as for <see cref="Fp.Multiply"/>. The call does not leave cooperative mode, so
    /// the collector cannot move what the pointers lead to.</summary>
    public static readonly delegate* unmanaged[SuppressGCTransition]<Fp*, Fp*, Fp*, void> Multiply = Assemble();

    public static bool IsSupported => Multiply != null;

    private static bool HasAdx => (X86Base.CpuId(7, 0).Ebx & (1 << 19)) != 0;

    private static delegate* unmanaged[SuppressGCTransition]<Fp*, Fp*, Fp*, void> Assemble()
    {
        if (!ExecutableMemory.IsSupported || !Bmi2.X64.IsSupported || !HasAdx) return null;
        // The limbs of p and -1/p mod 2^64; as long-lived as the code that reads them.
        var constants = (ulong*)NativeMemory.AlignedAlloc(64, 64);
        Fp.WriteConstants(new Span<ulong>(constants, Limbs + 1));
        using var code = new MemoryStream();
        Write((ulong)constants).Assemble(new StreamCodeWriter(code), rip: 0);
        return (delegate* unmanaged[SuppressGCTransition]<Fp*, Fp*, Fp*, void>)
            ExecutableMemory.TryPublish(code.GetBuffer().AsSpan(0, (int)code.Length));
    }

    /// <summary>rdi = result, rsi = a, rdx = b (System V). Five limbs t, each round one limb lower (CIOS).</summary>
    private static Assembler Write(ulong constants)
    {
        var c = new Assembler(64);
        c.push(rbx);
        c.push(rbp);
        c.push(r12);
        c.push(r13);
        c.mov(rbx, rdx);
        c.mov(r13, constants);
        AssemblerRegister64[] t = [r8, r9, r10, r11, r12];
        for (int i = 0; i < Limbs; i++)
        {
            c.mov(rdx, __qword_ptr[rbx + 8 * i]);
            if (i == 0) WriteFirstRow(c, t);
            else WriteAddRow(c, t, rsi);
            c.mov(rdx, __qword_ptr[r13 + 8 * Limbs]);
            c.imul(rdx, t[0]);
            WriteAddRow(c, t, r13);
            // The lowest limb has become zero, so its register is the next round's highest.
            t = [t[1], t[2], t[3], t[4], t[0]];
        }
        WriteReduceOnce(c, t);
        c.pop(r13);
        c.pop(r12);
        c.pop(rbp);
        c.pop(rbx);
        c.ret();
        return c;
    }

    /// <summary>t = a·rdx.</summary>
    private static void WriteFirstRow(Assembler c, AssemblerRegister64[] t)
    {
        c.mulx(t[1], t[0], __qword_ptr[rsi]);
        c.mulx(t[2], rax, __qword_ptr[rsi + 8]);
        c.add(t[1], rax);
        c.mulx(t[3], rcx, __qword_ptr[rsi + 16]);
        c.adc(t[2], rcx);
        c.mulx(t[4], rax, __qword_ptr[rsi + 24]);
        c.adc(t[3], rax);
        c.adc(t[4], 0);
    }

    /// <summary>t += row·rdx, low halves on one carry chain and high halves on the other.</summary>
    private static void WriteAddRow(Assembler c, AssemblerRegister64[] t, AssemblerRegister64 row)
    {
        c.xor(ebp, ebp);
        for (int j = 0; j < Limbs; j++)
        {
            c.mulx(rax, rcx, __qword_ptr[row + 8 * j]);
            c.adcx(t[j], rcx);
            c.adox(t[j + 1], rax);
        }
        c.adcx(t[Limbs], rbp);
    }

    /// <summary>Stores t, or t - p where that is not negative.</summary>
    private static void WriteReduceOnce(Assembler c, AssemblerRegister64[] t)
    {
        AssemblerRegister64[] reduced = [rax, rcx, rdx, rbp];
        for (int j = 0; j < Limbs; j++) c.mov(reduced[j], t[j]);
        c.sub(reduced[0], __qword_ptr[r13]);
        for (int j = 1; j < Limbs; j++) c.sbb(reduced[j], __qword_ptr[r13 + 8 * j]);
        for (int j = 0; j < Limbs; j++) c.cmovc(reduced[j], t[j]);
        for (int j = 0; j < Limbs; j++) c.mov(__qword_ptr[rdi + 8 * j], reduced[j]);
    }
}
