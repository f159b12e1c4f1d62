/** shares tells how many ratings have five stars, four, and so on, and which part of all they are. */
export function shares(ratings: readonly number[]): {stars: number; n: number; share: number}[] {
  return [5, 4, 3, 2, 1].map((stars) => {
    const n = ratings.filter((r) => r === stars).length;
    return {stars, n, share: ratings.length ? n / ratings.length : 0};
  });
}
