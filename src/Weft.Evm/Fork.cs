namespace Weft.Evm;

/// <summary>The forks of Ethereum mainnet in order. A later fork compares greater.</summary>
public enum Fork : byte
{
    Frontier, Homestead, TangerineWhistle, SpuriousDragon, Byzantium, Constantinople, Petersburg, Istanbul,
    MuirGlacier, Berlin, London, ArrowGlacier, GrayGlacier, Paris, Shanghai, Cancun, Prague, Osaka,
    Bpo1, Bpo2, Bpo3, Bpo4, Bpo5,
}
