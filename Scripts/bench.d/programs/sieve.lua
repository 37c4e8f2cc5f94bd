local function primes(limit)
  local whole = {}
  for i = 1, limit + 1 do whole[i] = true end
  whole[1], whole[2] = false, false
  local n = 2
  while n * n <= limit do
    if whole[n + 1] then
      for multiple = n * n, limit, n do whole[multiple + 1] = false end
    end
    n = n + 1
  end
  local count = 0
  for i = 1, limit + 1 do
    if whole[i] then count = count + 1 end
  end
  return count
end
print(primes(3000000))
